import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonError, parseJson } from '../../../shared/api/json.ts';
import { InvalidInput } from '../../../shared/errors.ts';

const parses = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the place of an error', () => {
  test.each([
    ['', 0],
    ['  ', 2],
    ['{"a":}', 5],
    ['{"a":1,}', 7],
    ['[1,2', 4],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['nul', 0],
    ['01', 1],
    ['[1,]', 3],
    ['{"a":"x\ny"}', 5],
    ['1 2', 2],
    ["{'a':1}", 1],
    ['[NaN]', 1],
    ['"\\x"', 0],
    ['[1}', 2],
  ])('%j fails at %i', (text, at) => {
    expect(parses(text)).toBe(false);
    expect(findJsonError(text)).toBe(at);
  });

  test('agrees with JSON.parse on what is JSON, whole or damaged', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', '0', '\u0001'),
        (json, seed, junk) => {
          expect(findJsonError(json)).toBeUndefined();
          const at = seed % (json.length + 1);
          const damaged = json.slice(0, at) + junk + json.slice(at + 1);
          expect(findJsonError(damaged) === undefined).toBe(parses(damaged));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('a deeply nested text neither overflows the stack nor takes long', () => {
    expect(findJsonError('['.repeat(1_000_000))).toBe(1_000_000);
  });
});

test('the message names line, column and position, and quotes nothing', () => {
  const error = (() => {
    try {
      return parseJson('[\n {"secret": tru}\n]');
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(InvalidInput);
  expect((error as InvalidInput).message).toContain('line 2, column 13 (position 14)');
  expect((error as InvalidInput).message).not.toContain('secret');
});
