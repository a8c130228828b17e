import { describe, expect, it } from 'vitest';
import { HourProfile, keyModeIndex, mergeRates, ratesOf } from '../../shared/domain/listening-profile.ts';
import { HOUR_MS } from '../../shared/domain/time.ts';
import { event, NOW } from './some-events.ts';

describe('ratesOf', () => {
  const listens = [
    event({ msPlayed: 240_000, durationMs: 240_000 }),
    event({ msPlayed: 100_000, durationMs: 240_000 }),
    event({ msPlayed: 5_000, durationMs: 240_000 }),
    event({ msPlayed: 239_000, durationMs: 240_000, skipped: true }),
    event({ msPlayed: 60_000, durationMs: null }),
    event({ plays: 5 }),
  ];

  it('takes skips out of all listens, and completions out of those that can be measured', () => {
    expect(ratesOf(listens)).toEqual({
      listens: 10,
      skips: 2,
      measured: 4,
      completed: 1,
      skipRate: 0.2,
      completionRate: 0.25,
    });
  });

  it('knows no rate of nothing', () => {
    expect(ratesOf([])).toMatchObject({ listens: 0, skipRate: null, completionRate: null });
    expect(ratesOf([event()])).toMatchObject({ skipRate: 0, completionRate: null });
  });

  it('of two spans is the rate of both', () => {
    for (let cut = 0; cut <= listens.length; cut++)
      expect(mergeRates(ratesOf(listens.slice(0, cut)), ratesOf(listens.slice(cut)))).toEqual(
        ratesOf(listens),
      );
  });
});

describe('HourProfile', () => {
  it('sums tempo, energy and key by hour, each over the plays of which it is known', () => {
    const profile = new HourProfile();
    profile.add(NOW + 5 * HOUR_MS, 1, { tempo: 120, key: 9, mode: 0, energy: 0.5 });
    profile.add(NOW + 29 * HOUR_MS + 1, 0.5, { tempo: 0, key: -1, mode: 1, energy: null });
    profile.add(NOW + 6 * HOUR_MS - 1, 2, { tempo: 90, key: 0, mode: 1, energy: 0 });
    profile.add(NOW + 6 * HOUR_MS, 4, undefined);
    const [five, six] = [profile.slots[5], profile.slots[6]];
    expect(five).toMatchObject({
      weight: 3.5,
      tempoWeight: 3,
      tempoSum: 300,
      energyWeight: 3,
      energySum: 0.5,
    });
    expect(five?.keyWeights).toEqual(Array.from({ length: 24 }, (_, i) => (i === 9 ? 1 : i === 12 ? 2 : 0)));
    expect(six).toMatchObject({ weight: 4, tempoWeight: 0, energyWeight: 0 });
    expect(profile.slots).toHaveLength(24);
    expect(profile.slots.reduce((sum, slot) => sum + slot.weight, 0)).toBe(7.5);
  });

  it('refuses an instant that is none', () => {
    expect(() => new HourProfile().add(Number.NaN, 1, undefined)).toThrow(
      'occurredAt is not an instant: NaN',
    );
  });

  it('numbers minor keys 0 to 11 and major ones 12 to 23', () => {
    expect([keyModeIndex(0, 0), keyModeIndex(11, 0), keyModeIndex(0, 1), keyModeIndex(11, 1)]).toEqual([
      0, 11, 12, 23,
    ]);
    expect([keyModeIndex(-1, 1), keyModeIndex(null, 1), keyModeIndex(3, null), keyModeIndex(12, 0)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
