/** Spellings of one name made equal, in every script: case, accents, width and punctuation. */

/** Letters that Unicode does not decompose, as they are commonly typed without them. Lower case. */
const PLAIN: { readonly [letter: string]: string } = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  ς: 'σ',
  ё: 'е',
};
const APOSTROPHES = /['’‘`´ʼʻ′]/g;
const DASHES = /\p{Pd}/gu;

/**
 * Lower case, compatibility forms and width folded; marks taken off Latin and Greek letters only, since in Japanese,
 * Cyrillic or Devanagari they make another letter (ハ, バ). Punctuation stays, every dash as `-`.
 */
export function foldLetters(text: string): string {
  return text
    .replace(APOSTROPHES, '')
    .normalize('NFKD')
    .replace(APOSTROPHES, '')
    .replace(DASHES, '-')
    .toLowerCase()
    .replace(/([\p{Script=Latin}\p{Script=Greek}\p{N}])\p{M}+/gu, '$1')
    .replace(/(^|[^\p{L}\p{N}\p{M}])\p{M}+/gu, '$1')
    .normalize('NFC')
    .replace(/[ßæœøđðþłıςё]/g, (letter) => PLAIN[letter] ?? letter);
}

/** foldLetters() with `&` written out and everything but letters and digits turned into single spaces. */
export function foldWords(text: string): string {
  return foldLetters(text)
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
}
