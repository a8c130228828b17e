/** JSON with an error that says where: V8's own messages leave the place out or quote the body. */
import { InvalidInput } from '../errors.ts';

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** The index behind what the sticky pattern matches at `at`; undefined where it does not. */
function behind(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Where a text stops being JSON (UTF-16 index); undefined for a text that is JSON. Grammar of RFC 8259. */
export function findJsonError(text: string): number | undefined {
  const closers: string[] = [];
  let expects: 'value' | 'value or ]' | 'key' | 'key or }' | 'comma or end' = 'value';
  let at = 0;
  for (;;) {
    at = behind(SPACE, text, at) ?? at;
    const char = text[at];
    if (expects === 'comma or end') {
      const closer = closers.at(-1);
      if (closer === undefined) return char === undefined ? undefined : at;
      if (char === closer) closers.pop();
      else if (char === ',') expects = closer === '}' ? 'key' : 'value';
      else return at;
      at++;
    } else if ((expects === 'value or ]' && char === ']') || (expects === 'key or }' && char === '}')) {
      closers.pop();
      expects = 'comma or end';
      at++;
    } else if (expects === 'key' || expects === 'key or }') {
      const afterKey = behind(STRING, text, at);
      if (afterKey === undefined) return at;
      at = behind(SPACE, text, afterKey) ?? afterKey;
      if (text[at] !== ':') return at;
      expects = 'value';
      at++;
    } else if (char === '{' || char === '[') {
      closers.push(char === '{' ? '}' : ']');
      expects = char === '{' ? 'key or }' : 'value or ]';
      at++;
    } else {
      const after = behind(char === '"' ? STRING : SCALAR, text, at);
      if (after === undefined) return at;
      expects = 'comma or end';
      at = after;
    }
  }
}

/** `line 2, column 5 (position 17)`: lines and columns from 1, positions in UTF-16 units from 0. */
function place(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')} (position ${at})`;
}

/** JSON.parse that throws InvalidInput with the place and without the body. An empty text is an error as well. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = findJsonError(text) ?? text.length;
    const what = at >= text.length ? 'the JSON ends too early' : 'this is not JSON';
    throw new InvalidInput([{ pointer: '', detail: `${what} at ${place(text, at)}` }], { cause: error });
  }
}
