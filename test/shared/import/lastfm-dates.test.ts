import { describe, expect, it } from 'vitest';
import { parseLastfmDate } from '../../../shared/import/lastfm-dates.ts';

const MINUTE = Date.UTC(2021, 6, 31, 14, 23);

describe('parseLastfmDate', () => {
  it.each([
    ['31 Jul 2021 14:23', MINUTE],
    ['31 Jul 2021, 14:23', MINUTE],
    ['Sat, 31 Jul 2021 14:23:05 +0200', MINUTE + 5000 - 7_200_000],
    ['2021-07-31 14:23', MINUTE],
    ['2021-07-31 14:23:05', MINUTE + 5000],
    ['2021-07-31T14:23:05Z', MINUTE + 5000],
    ['2021-07-31T14:23:05.120-05:30', MINUTE + 5000 + 19_800_000],
    ['31.07.2021 14:23:05 +00:00', MINUTE + 5000],
    [String(MINUTE / 1000), MINUTE],
    [` ${MINUTE} `, MINUTE],
    ['0', 0],
    ['29 Feb 2024 00:00', Date.UTC(2024, 1, 29)],
  ])('reads %s', (text, instant) => {
    expect(parseLastfmDate(text)).toBe(instant);
  });

  it.each([
    '',
    'yesterday',
    '31 Foo 2021 14:23',
    '31 Feb 2021 14:23',
    '2021-13-01 10:00',
    '2021-07-31 24:10',
    '31/07/2021 14:23',
  ])('refuses %j', (text) => {
    expect(parseLastfmDate(text)).toBeNull();
  });
});
