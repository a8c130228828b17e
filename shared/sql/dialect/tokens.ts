/** GoogleSQL's lexical structure: every character of the source ends in a token or in what stands before it. */
import { type Place, UnsupportedSql } from './unsupported.ts';

export type TokenKind = 'word' | 'quoted' | 'string' | 'bytes' | 'number' | 'param' | 'symbol';

/** One token; `before` holds the white space and comments between it and the token before. */
export interface Token extends Place {
  readonly kind: TokenKind;
  readonly before: string;
}

/** `rest` is what follows the last token, so that nothing of the source is lost. */
export interface Tokens {
  readonly tokens: readonly Token[];
  readonly rest: string;
}

const TRIVIA = /(?:\s+|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const STRING_START = /([rR]?[bB]?|[bB][rR])('''|"""|'|")/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const PARAM = /@[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED = /`(?:\\.|[^`\\\n])+`/y;
const SYMBOL = /<<|>>|<=|>=|<>|!=|\|\||=>|->|::|\/\/|\*\*|==|@@|[^\s\w]/y;

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** The length of the string literal at `at`, its prefix and quotes included; 0 where it never ends. */
function stringLength(sql: string, at: number, start: string): number {
  const quote = start.endsWith("'''") || start.endsWith('"""') ? start.slice(-3) : start.slice(-1);
  for (let i = at + start.length; i < sql.length; i += 1) {
    if (sql[i] === '\\') i += 1;
    else if (sql.startsWith(quote, i)) return i + quote.length - at;
    else if (sql[i] === '\n' && quote.length === 1) return 0;
  }
  return 0;
}

type Refuse = (text: string, why: string) => never;

const PLAIN: readonly (readonly [TokenKind, RegExp])[] = [
  ['number', NUMBER],
  ['word', WORD],
  ['param', PARAM],
  ['quoted', QUOTED],
  ['symbol', SYMBOL],
];

/** The token at `at`, which is neither white space nor a comment. */
function lex(sql: string, at: number, bad: Refuse): readonly [TokenKind, string] {
  const start = match(STRING_START, sql, at);
  if (start !== undefined) {
    const text = sql.slice(at, at + stringLength(sql, at, start)) || bad(start, 'this string does not end');
    return [/b/i.test(start) ? 'bytes' : 'string', text];
  }
  if (sql.startsWith('/*', at)) bad('/*', 'this comment does not end');
  for (const [kind, pattern] of PLAIN) {
    const text = match(pattern, sql, at);
    if (text === undefined) continue;
    if (text === '`') bad(text, 'this quoted name does not end');
    if (kind === 'number' && match(WORD, sql, at + text.length)) bad(text, 'a number runs into a name');
    return [kind, text];
  }
  return bad(sql[at] ?? '', 'unexpected character');
}

/**
 * Splits GoogleSQL into tokens. `tokens.map(t => t.before + t.text).join('') + rest` is the source again.
 * @throws UnsupportedSql where a string, a comment or a quoted name does not end, naming line and column.
 */
export function tokenize(sql: string, file = '<sql>'): Tokens {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const advance = (text: string): void => {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      line += 1;
      lineStart = at + i + 1;
    }
    at += text.length;
  };
  const bad: Refuse = (text, why) => {
    throw new UnsupportedSql(file, { text, line, column: at - lineStart + 1 }, why);
  };
  for (;;) {
    const before = match(TRIVIA, sql, at) ?? '';
    advance(before);
    if (at >= sql.length) return { tokens, rest: before };
    const [kind, text] = lex(sql, at, bad);
    tokens.push({ kind, text, before, line, column: at - lineStart + 1 });
    advance(text);
  }
}
