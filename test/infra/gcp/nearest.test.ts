import { expect, test } from 'vitest';
import { nearestOf } from '../../../infra/gcp/nearest.ts';

const NAMES = ['bigtable', 'budget', 'callers', 'load', 'log', 'schedule'];

test.each([
  ['bigtabel', 'bigtable'],
  ['bigTable', 'bigtable'],
  ['scedule', 'schedule'],
  ['shcedule', 'schedule'],
  ['budgets', 'budget'],
  ['laod', 'load'],
  ['logs', 'log'],
  ['turbo', undefined],
  ['x', undefined],
])('who wrote %s meant %s', (name, meant) => {
  expect(nearestOf(name, NAMES)).toBe(meant);
});
