import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { camelot, camelotLabel } from '../../shared/domain/harmony.ts';
import { hourlyProfile } from '../../shared/domain/hourly-profile.ts';
import { HourProfile } from '../../shared/domain/listening-profile.ts';
import type { TasteHour } from '../../shared/domain/taste.ts';

const built = (hour: number, rest: Partial<TasteHour> = {}): TasteHour => ({
  hour,
  plays: 0,
  tempoPlays: 0,
  tempoSum: 0,
  energyPlays: 0,
  energySum: 0,
  keys: [],
  ...rest,
});

describe('the profile by hour', () => {
  test('is empty where nothing was played', () => {
    expect(hourlyProfile([], new HourProfile().slots)).toEqual([]);
    expect(hourlyProfile([built(3)], [])).toEqual([]);
  });

  test('means are of the plays whose tempo and energy are known, of build and live together', () => {
    const live = new HourProfile();
    live.add(Date.UTC(2026, 0, 1, 7), 1, { tempo: 90, energy: 0.9, key: null, mode: null });
    live.add(Date.UTC(2026, 0, 1, 7), 2, undefined);
    live.add(Date.UTC(2026, 0, 1, 23), 0.5, { tempo: 0, energy: null, key: -1, mode: null });
    const taste = [built(7, { plays: 5, tempoPlays: 2, tempoSum: 2_400, energyPlays: 3, energySum: 900 })];
    expect(hourlyProfile(taste, live.slots)).toEqual([
      { hour: 7, plays: 8, tempo: 110, energy: 0.45, key: null },
      { hour: 23, plays: 0.5, tempo: null, energy: null, key: null },
    ]);
  });

  test('the most frequent key, written key·2 + mode by the build and 12·mode + key live', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 11 }),
        fc.constantFrom(0, 1),
        fc.boolean(),
        (key, mode, isLive) => {
          const live = new HourProfile();
          live.add(0, isLive ? 5 : 1, {
            tempo: null,
            energy: null,
            key: isLive ? key : (key + 1) % 12,
            mode,
          });
          const keys = [
            { k: -1, n: 50 },
            { k: key * 2 + mode, n: isLive ? 1 : 4 },
          ];
          const label = camelot(key, mode);
          expect(hourlyProfile([built(0, { plays: 1, keys })], live.slots)[0]?.key).toBe(
            label && camelotLabel(label),
          );
        },
      ),
    );
  });
});
