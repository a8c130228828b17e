/** Ids as Firestore takes them, in the same order: no slash, and neither `.` nor `__x__` as a whole (Firestore: quotas). */

/** Keeps every id from being one of those that Firestore has a use of its own for. */
const FIRST = '=';

/** `.` stands right before `/` among bytes, so both may begin with it and stay in order. */
export function encodeId(id: string): string {
  return FIRST + id.replaceAll(/[./]/g, (sign) => (sign === '.' ? '.0' : '.1'));
}

/** The id that encodeId made this of. */
export function decodeId(encoded: string): string {
  return encoded.slice(FIRST.length).replaceAll(/\.([01])/g, (_, sign: string) => (sign === '0' ? '.' : '/'));
}

/**
 * The first text, by bytes, after everything that begins with `prefix`: its last character one further, past the
 * surrogates, which are no characters. `prefix` holds one that can go further.
 */
export function successorOf(prefix: string): string {
  const characters = [...prefix];
  while (characters.at(-1) === '\u{10ffff}') characters.pop();
  const next = (characters.pop()?.codePointAt(0) ?? 0) + 1;
  return characters.join('') + String.fromCodePoint(next === 0xd800 ? 0xe000 : next);
}
