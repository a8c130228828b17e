import { describe, expect, test } from 'vitest';
import { parseHistory } from '../../shared/domain/recent-history.ts';

describe('recent history', () => {
  test('keeps the order, with last day, plays and whether it is a forgotten favourite', () => {
    expect([...parseHistory('r2\t20001\t4\nr1\t19000\t12\tf\nid with spaces\t1\t0')]).toEqual([
      ['r2', { lastDay: 20_001, plays: 4, forgottenFavourite: false }],
      ['r1', { lastDay: 19_000, plays: 12, forgottenFavourite: true }],
      ['id with spaces', { lastDay: 1, plays: 0, forgottenFavourite: false }],
    ]);
  });

  test('of nothing is empty', () => {
    expect(parseHistory('').size).toBe(0);
  });
});
