/** How many slips of the pen are between two words: letters left out, added, changed, or two neighbours swapped. */

const WIDTH = 64;
/** Rows of the distance table, used again by every call: nothing in it outlives one. */
const ROWS = [new Uint8Array(WIDTH), new Uint8Array(WIDTH), new Uint8Array(WIDTH)] as const;

export interface WordDistance {
  /** Of the whole words (optimal string alignment); `most + 1` stands for anything above `most`. */
  readonly whole: number;
  /** Of `word` to the beginning of `other` that it is nearest to. */
  readonly beginning: number;
}

/** Distances of two words shorter than 64 UTF-16 units, at most `most` of interest. */
export function wordDistance(word: string, other: string, most: number): WordDistance {
  const above = most + 1;
  let [earlier, before, row] = ROWS as unknown as [Uint8Array, Uint8Array, Uint8Array];
  const n = other.length;
  if (word.length >= WIDTH || n >= WIDTH) return { whole: above, beginning: above };
  for (let j = 0; j <= n; j++) before[j] = j;
  for (let i = 1; i <= word.length; i++) {
    const letter = word.charCodeAt(i - 1);
    let least = i;
    row[0] = i;
    for (let j = 1; j <= n; j++) {
      const match = other.charCodeAt(j - 1);
      let cost = (before[j - 1] as number) + (letter === match ? 0 : 1);
      cost = Math.min(cost, (before[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && letter === other.charCodeAt(j - 2) && match === word.charCodeAt(i - 2))
        cost = Math.min(cost, (earlier[j - 2] as number) + 1);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > most) return { whole: above, beginning: above };
    [earlier, before, row] = [before, row, earlier];
  }
  let beginning = above;
  for (let j = 0; j <= n; j++) beginning = Math.min(beginning, before[j] as number);
  return { whole: Math.min(above, before[n] as number), beginning };
}

/** Slips that a word of so many letters is forgiven: none below 4, one below 8, two from there on. */
export function forgivenSlips(word: string): number {
  if (word.length < 4 || /\p{N}/u.test(word)) return 0;
  return word.length < 8 ? 1 : 2;
}

/** Dice's coefficient of the two words' trigrams, padded by two spaces before and one behind: 0 to 1. */
export function trigramSimilarity(a: string, b: string): number {
  const ours = trigrams(a);
  const theirs = trigrams(b);
  let shared = 0;
  for (const gram of ours) if (theirs.has(gram)) shared += 1;
  return (2 * shared) / (ours.size + theirs.size);
}

function trigrams(word: string): Set<string> {
  const padded = `  ${word} `;
  const found = new Set<string>();
  for (let i = 0; i + 3 <= padded.length; i++) found.add(padded.slice(i, i + 3));
  return found;
}
