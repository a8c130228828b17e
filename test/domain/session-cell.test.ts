import { expect, test } from 'vitest';
import { parseSessionCell } from '../../shared/domain/session-cell.ts';

const line = (item: string, recording = '') => `${item}\t${recording}\tartist\tjazz\t1205.3.500\t0\t\t`;

test('names recordings, shares, distances and what ranking needs of them', () => {
  const cell = parseSessionCell(
    `1.500000\t0.1250\n0a1b2c3d -2.0 1.1\tffffffff 3.1\n${line('i0', 'r0')}\n${line('i1')}`,
  );
  expect(cell.rules).toEqual([
    { track: 'i1', share: 0.5 },
    { track: 'r0', share: 0.00125 },
  ]);
  expect(cell.sessions).toEqual([
    {
      id: '0a1b2c3d',
      tracks: [
        { track: 'r0', distance: -2 },
        { track: 'i1', distance: 1 },
      ],
    },
    { id: 'ffffffff', tracks: [{ track: 'i1', distance: 3 }] },
  ]);
  expect(cell.candidates).toMatchObject([
    { itemId: 'i0', recordingId: 'r0', artistId: 'artist', genre: 'jazz', tempo: 120.5, evidence: [] },
    { itemId: 'i1', recordingId: 'i1', score: 0 },
  ]);
});

test('without rules or without sessions the other is there', () => {
  expect(parseSessionCell(`\nab 1.0\n${line('i0')}`)).toMatchObject({
    rules: [],
    sessions: [{ tracks: [{}] }],
  });
  expect(parseSessionCell(`0.7\n\n${line('i0')}`)).toMatchObject({ rules: [{ track: 'i0' }], sessions: [] });
  expect(parseSessionCell('\n')).toEqual({ rules: [], sessions: [], candidates: [] });
});

test.each([`2.5\n\n${line('i0')}`, `0\n\n${line('i0')}`, `\nab 1.9\n${line('i0')}`, '\n\nno candidate'])(
  '%j is what no build writes',
  (text) => {
    expect(() => parseSessionCell(text)).toThrow(RangeError);
  },
);
