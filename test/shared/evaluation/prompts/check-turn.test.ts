import { expect, test } from 'vitest';
import { checkTurn, measure } from '../../../../shared/evaluation/prompts/check-turn.ts';
import type { Attribute } from '../../../../shared/evaluation/prompts/prompt-set.ts';
import { track } from './playlist-fixture.ts';

const listener = { heardRecordings: new Set(['r-old']), heardArtists: new Set<string>() };
const low = [track({ tempo: 90, energy: 0.2, valence: 0.3, popularity: 10, recordingId: 'r-old' }), track()];
const high = [
  track({ tempo: 120, energy: 0.8, valence: 0.7, popularity: 500 }),
  track({ energy: 0.9 }),
  track({ tempo: 140 }),
];

test.each<[Attribute, number, number]>([
  ['bpm', 90, 130],
  ['energy', 0.2, 0.85],
  ['valence', 0.3, 0.7],
  ['popularity', 5, 500 / 3],
  ['novelty', 0.5, 1],
  ['length', 2, 3],
])('%s goes up one way and down the other', (attribute, before, after) => {
  const turn = (direction: 'up' | 'down') => ({ prompt: '', attribute, direction });
  const up = checkTurn(turn('up'), low, high, listener);
  expect(up.moved).toBe(true);
  expect(up.before).toBeCloseTo(before, 12);
  expect(up.after).toBeCloseTo(after, 12);
  expect(checkTurn(turn('down'), low, high, listener).moved).toBe(false);
  expect(checkTurn(turn('down'), high, low, listener).moved).toBe(true);
  expect(checkTurn(turn('up'), high, high, listener).moved).toBe(false);
});

test('what is known of no track did not move', () => {
  const turn = { prompt: '', attribute: 'bpm', direction: 'up' } as const;
  expect(checkTurn(turn, [track()], high, listener)).toEqual({ moved: false, before: null, after: 130 });
  expect(checkTurn({ ...turn, direction: 'down' }, high, [], listener).moved).toBe(false);
  expect(measure('length', [], listener)).toBe(0);
});
