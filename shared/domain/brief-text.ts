/** A prompt as words: folded, with what parts them, numbers taken from their units. */
import { foldWords } from './text-folding.ts';

/** What of a prompt is read; nobody describes a playlist in more. UTF-16 units. */
export const MOST_READ = 4_000;
const MOST_WORDS = 600;
const LONGEST_WORD = 64;

export interface Word {
  /** As foldWords() writes it. */
  readonly text: string;
  readonly original: string;
  /** What stands before it: nothing, something like a comma, or the end of a sentence. */
  readonly parted: 'no' | 'comma' | 'sentence';
}

export interface ReadText {
  readonly words: readonly Word[];
  /** True where the prompt goes on beyond what was read. */
  readonly isCut: boolean;
}

// No part can match in two ways, so that the time is linear whatever the text is.
const TOKEN =
  /['’]\d\d(?![\d\p{L}])|\d+(?:[.,]\d+)*(?:['’]?\p{L}+)?|[\p{L}\p{M}\p{N}]+(?:['’‘`´ʼ]\p{L}+)*|\s[-–—]+\s|[-–—]|[&+/]|[,|\n]|[.;!?()[\]{}<>"“”]/gu;
const SENTENCE = /^[.;!?()[\]{}<>"“”]$/;
/** A number and its unit in one: 130bpm, 45min, 2h. Ordinals, decades and `5k` stay as they are. */
const UNIT = /^([\d.,]+)(?!s$|ies$|st$|nd$|rd$|th$|k$)(\p{L}+)$/u;

/** Never throws, whatever the text. */
export function readWords(text: string): ReadText {
  const words: Word[] = [];
  let parted: Word['parted'] = 'no';
  let pending: string | undefined;
  const push = (word: string, original: string) => {
    words.push({ text: word.slice(0, LONGEST_WORD), original: original.slice(0, LONGEST_WORD), parted });
    parted = 'no';
  };
  for (const [token] of text.slice(0, MOST_READ).matchAll(TOKEN)) {
    if (words.length >= MOST_WORDS) break;
    const mark = token.trim();
    if (/^[-–—]+$/.test(mark)) {
      pending = token === mark ? '-' : ' - ';
      continue;
    }
    // A dash between numbers is a range, one between spaces a pause, any other joins words.
    if (pending !== undefined) {
      if (/^\d/.test(token) && /\d(?:s|ies)?$/.test(words.at(-1)?.text ?? '')) push('to', '-');
      else if (pending === ' - ' && parted === 'no') parted = 'comma';
      pending = undefined;
    }
    if (mark === '' || /^[,|]$/.test(mark)) parted = parted === 'sentence' ? parted : 'comma';
    else if (SENTENCE.test(mark)) parted = 'sentence';
    else if (mark === '+') push(/\d$/.test(words.at(-1)?.text ?? '') ? 'onwards' : 'and', mark);
    else if (mark === '&' || mark === '/') push('and', mark);
    else for (const [word, original] of split(mark)) push(word, original);
  }
  return { words, isCut: text.length > MOST_READ || words.length >= MOST_WORDS };
}

function split(token: string): (readonly [word: string, original: string])[] {
  // `'99`: only years are written so.
  if (/^['’]\d\d$/.test(token))
    return [[token.slice(1) <= '29' ? `20${token.slice(1)}` : `19${token.slice(1)}`, token]];
  const united = UNIT.exec(token);
  if (united !== null) return [...split(united[1] as string), ...split(united[2] as string)];
  if (/^\d[\d.,]*$/.test(token)) return [[plainNumber(token), token]];
  return foldWords(token)
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => [word, token] as const);
}

/** `1,000` is a thousand and `1.5` one and a half; what is neither keeps its digits only. */
function plainNumber(token: string): string {
  if (/^\d+\.\d+$/.test(token)) return token;
  return token.replace(/[.,]/g, '');
}
