/** Names found in spite of one typo. */

/** A name this short is spelt right or not meant. Letters. */
const SHORTEST = 5;

/** True where one letter was changed, added, left out or swapped with its neighbour. False for equal words. */
export function isOneTypoApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1 || a === b) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start++;
  let end = 0;
  while (end < short.length - start && short[short.length - 1 - end] === long[long.length - 1 - end]) end++;
  const middle = long.length - start - end;
  if (middle <= 1) return true;
  const isSwap = short.length === long.length && middle === 2;
  return isSwap && short[start] === long[start + 1] && short[start + 1] === long[start];
}

/** Words by length, to look for the one that a misspelt word may be. */
export class Spellings {
  readonly #byLength = new Map<number, string[]>();

  constructor(words: Iterable<string>) {
    for (const word of new Set(words)) {
      if (word.length < SHORTEST - 1) continue;
      const same = this.#byLength.get(word.length);
      if (same === undefined) this.#byLength.set(word.length, [word]);
      else same.push(word);
    }
  }

  /** The only word one typo away that begins alike; undefined where there is none, several, or the word is short. */
  nearest(word: string): string | undefined {
    const [found, ...others] = this.near(word);
    return others.length === 0 ? found : undefined;
  }

  /** All words one typo away that begin alike; none for a word of less than five letters. */
  near(word: string): string[] {
    return word.length < SHORTEST ? [] : this.#find(word, () => true);
  }

  /** As near(), from three letters on: only where a letter is missing, added or has changed places. */
  nearShort(word: string): string[] {
    if (word.length < SHORTEST - 2) return [];
    const letters = (text: string) => [...text].sort().join('');
    return this.#find(word, (other) => other.length !== word.length || letters(other) === letters(word));
  }

  #find(word: string, isMeant: (other: string) => boolean): string[] {
    return [word.length - 1, word.length, word.length + 1].flatMap((length) =>
      (this.#byLength.get(length) ?? []).filter(
        (other) => other[0] === word[0] && isOneTypoApart(word, other) && isMeant(other),
      ),
    );
  }
}
