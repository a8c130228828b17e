import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalText, utcTimestamp } from '../../../../shared/sql/dialect/literals.ts';
import { type Token, tokenize } from '../../../../shared/sql/dialect/tokens.ts';

const join = (sql: string): string => {
  const { tokens, rest } = tokenize(sql);
  return tokens.map(({ before, text }) => before + text).join('') + rest;
};
const texts = (sql: string): string[] => tokenize(sql).tokens.map(({ text }) => text);

describe('tokenize', () => {
  it('tells strings, comments, names, parameters, numbers and operators apart', () => {
    expect(
      texts(
        "SELECT `a b`, \"d--q\" # c\n/* 'z' */ , r'\\d', '''a'b''', rb\"x\", @p, 0xFF, 1.5e-3, .5, a.b<<2||c",
      ),
    ).toEqual([
      'SELECT',
      '`a b`',
      ',',
      '"d--q"',
      ',',
      "r'\\d'",
      ',',
      "'''a'b'''",
      ',',
      'rb"x"',
      ',',
      '@p',
      ',',
      '0xFF',
      ',',
      '1.5e-3',
      ',',
      '.5',
      ',',
      'a',
      '.',
      'b',
      '<<',
      '2',
      '||',
      'c',
    ]);
  });

  it('names line and column of each token', () => {
    const { tokens } = tokenize("SELECT -- one\n  'a\\'b',\n\t/* two\n lines */ x");
    expect(tokens.map(({ text, line, column }) => [text, line, column])).toEqual([
      ['SELECT', 1, 1],
      ["'a\\'b'", 2, 3],
      [',', 2, 9],
      ['x', 4, 11],
    ]);
  });

  it.each([
    ["SELECT 'abc", 1, 8, "'"],
    ["SELECT 'abc\n'", 1, 8, "'"],
    ["SELECT\n '''abc'", 2, 2, "'''"],
    ['SELECT /* x', 1, 8, '/*'],
    ['SELECT `x', 1, 8, '`'],
    ['SELECT 5abc', 1, 8, '5'],
  ])('refuses %j', (sql, line, column, token) => {
    expect(() => tokenize(sql, 'f.sql')).toThrow(
      expect.objectContaining({ file: 'f.sql', line, column, token }),
    );
  });

  it('loses nothing, whatever stands beside what', () => {
    const strings = fc
      .tuple(
        fc.constantFrom('', 'r', 'b', 'Rb'),
        fc.constantFrom("'", '"', "'''", '"""'),
        fc.string({ maxLength: 8 }),
      )
      .map(([prefix, quote, body]) => `${prefix}${quote}${body.replace(/[\\'"\n`]/g, '-')}${quote}`);
    const comments = fc
      .tuple(fc.constantFrom('--', '#', '/*'), fc.string({ maxLength: 8 }))
      .map(([start, body]) => `${start}${body.replace(/[\n*]/g, ' ')}${start === '/*' ? '*/' : '\n'}`);
    const others = fc.constantFrom(
      'SELECT',
      '`a b`',
      '@now',
      '12',
      '0x1f',
      '.5e3',
      '<<',
      '>=',
      '(',
      ')',
      '[',
      ',',
      '*',
      '-',
    );
    const pieces = fc.array(fc.oneof(strings, comments, others), { maxLength: 20 });
    fc.assert(
      fc.property(pieces, fc.constantFrom(' ', '\n', '\t '), (parts, gap) => {
        const sql = parts.join(gap);
        expect(join(sql)).toBe(sql);
        const given = parts.filter((part) => /^[rRb]*['"]/.test(part));
        expect(
          tokenize(sql)
            .tokens.filter(({ kind }) => kind === 'string' || kind === 'bytes')
            .map(({ text }) => text),
        ).toEqual(given);
        for (const { text, line, column } of tokenize(sql).tokens) {
          expect(
            (sql.split('\n')[line - 1] ?? '').slice(column - 1).startsWith(text.split('\n')[0] ?? ''),
          ).toBe(true);
        }
      }),
    );
  });
});

describe('literals', () => {
  const text = (sql: string): string | undefined => literalText(tokenize(sql).tokens[0] as Token);
  it.each([
    ["'a\\n\\t\\\\'", 'a\n\t\\'],
    ["'\\u00e9\\U0001F600\\x41\\101'", 'é😀AA'],
    ["r'a\\n'", 'a\\n'],
    ["'''it's'''", "it's"],
    ["'\\q'", undefined],
    ["'\\UFFFFFFFF'", undefined],
  ])('%s', (sql, expected) => expect(text(sql)).toBe(expected));

  it.each([
    ['2026-01-01', '2026-01-01 00:00:00'],
    ['2026-1-2 3:04:05.5Z', '2026-01-02 03:04:05.500000'],
    ['2026-01-01 00:00:00+02', '2025-12-31 22:00:00'],
    ['2026-01-01T00:00:00-01:30', '2026-01-01 01:30:00'],
    ['2026-02-30', undefined],
    ['2026-01-01 24:00:00', undefined],
    ['2026-01-01 00:00:00 Europe/Berlin', undefined],
  ])('%s in UTC', (given, expected) => expect(utcTimestamp(given)).toBe(expected));
});
