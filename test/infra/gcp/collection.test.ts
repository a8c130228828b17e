import { describe, expect, test } from 'vitest';
import { collects } from '../../../infra/gcp/rules/collection.ts';

describe('Bigtable’s garbage collection', () => {
  const BOTH = '{"mode":"intersection","rules":[{"max_age":"336h"},{"max_version":3}]}';
  const EITHER = '{"mode":"union","rules":[{"max_age":"14d"},{"max_version":3}]}';
  const NESTED = `{"mode":"union","rules":[{"max_age":"8760h"},${BOTH}]}`;

  test.each([
    ['{"rules":[{"max_age":"720h"}]}', { days: 30, version: 9 }, false],
    ['{"rules":[{"max_age":"720h"}]}', { days: 31, version: 1 }, true],
    ['{"rules":[{"max_version":1}]}', { days: 900, version: 1 }, false],
    ['{"rules":[{"max_version":1}]}', { days: 0, version: 2 }, true],
    [BOTH, { days: 15, version: 3 }, false],
    [BOTH, { days: 13, version: 4 }, false],
    [BOTH, { days: 15, version: 4 }, true],
    [EITHER, { days: 15, version: 1 }, true],
    [EITHER, { days: 1, version: 4 }, true],
    [EITHER, { days: 1, version: 3 }, false],
    [NESTED, { days: 366, version: 1 }, true],
    [NESTED, { days: 100, version: 2 }, false],
    [NESTED, { days: 100, version: 4 }, true],
  ])('of %s and a cell %j: %s', (rules, cell, isCollected) => {
    expect(collects(rules, cell)).toBe(isCollected);
  });

  test.each([
    '{"rules":[]}',
    '{}',
    '[]',
    '{"rules":[{"max_age":"a week"}]}',
    '{"rules":[{"max_version":1},{"max_version":2}]}',
  ])('takes no %s', (rules) => {
    expect(() => collects(rules, { days: 1, version: 1 })).toThrow();
  });
});
