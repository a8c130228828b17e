import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { artistIdOf } from '../../../shared/domain/recording.ts';
import { Folder, runImport, zip } from './fixtures.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

const GOOD_DATE = Date.UTC(2009, 3, 1);
const tagging = (user: number, tag: number, at = GOOD_DATE) => `${user}\t7\t${tag}\t${at}`;
const FILES = {
  'artists.dat': 'id\tname\turl\tpictureURL\n7\t"Weird Al" Yankovic\thttp://x\thttp://y\n8\tSigur Rós\t\t\n',
  'tags.dat': Buffer.from(
    'tagID\ttagValue\r\n1\tRock Fran\u00e7ais\r\n2\tseen live\r\n3\tComedy\r\n4\trare\r\n',
    'latin1',
  ),
  'user_artists.dat': 'userID\tartistID\tweight\r\n2\t7\t100\r\n2\t8\t3\r\n3\t7\t0\r\n3\t9\t5\r\n3\t8\r\n',
  'user_taggedartists-timestamps.dat': [
    'userID\tartistID\ttagID\ttimestamp',
    ...[1, 2, 3].flatMap((user) => [tagging(user, 1), tagging(user, 2), tagging(user, 3)]),
    tagging(4, 3),
    tagging(5, 4),
    tagging(6, 3, -428_720_400_000),
    tagging(6, 99),
  ].join('\r\n'),
};

function expectTheSet({ events, items, skips }: Awaited<ReturnType<typeof runImport>>): void {
  expect(items).toMatchObject([
    {
      itemId: 'hetrec-artist:7',
      recordingId: 'hetrec-artist:7',
      kind: 'artist',
      artist: '"Weird Al" Yankovic',
      artistId: artistIdOf('"Weird Al" Yankovic'),
      genres: ['comedy', 'rock français'],
    },
    { itemId: 'hetrec-artist:8', artist: 'Sigur Rós', genres: [] },
  ]);
  expect(events).toMatchObject([
    {
      listenerId: 'hetrec-2',
      itemId: 'hetrec-artist:7',
      artistId: artistIdOf('"Weird Al" Yankovic'),
      plays: 100,
      msPlayed: null,
      occurredAt: Date.UTC(2011, 4, 1),
      source: 'hetrec',
      eventId: expect.stringMatching(/^hetrec:[0-9a-f]{24}$/),
    },
    { listenerId: 'hetrec-2', itemId: 'hetrec-artist:8', plays: 3 },
  ]);
  expect(skips.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
    '13 is dated before 2000-01-01',
    '14 tag is not in tags.dat',
    '4 weight is no whole number above 0',
    '5 artist is not in artists.dat',
    '6 has 2 fields instead of 3',
  ]);
}

describe('HetRec', () => {
  it('reads a directory of renamed and packed files as one set', async () => {
    const set = new Folder();
    for (const [index, content] of Object.values(FILES).entries())
      set.write(`part-${9 - index}.gz`, gzipSync(content));
    expectTheSet(await runImport(set.path));
    set[Symbol.dispose]();
  });

  it('reads a zip archive as one set', async () => {
    const members = Object.entries(FILES).map(([name, data]) => ({ name: `hetrec/${name}`, data }));
    const outcome = await runImport(folder.write('hetrec.zip', zip(members)));
    expectTheSet(outcome);
    const { files } = outcome.report;
    expect(files.map(({ member, records }) => [member, records])).toEqual([
      ['hetrec/artists.dat', 2],
      ['hetrec/tags.dat', 4],
      ['hetrec/user_artists.dat', 5],
      ['hetrec/user_taggedartists-timestamps.dat', 13],
    ]);
    for (const file of files) expect(file.records).toBe(file.events + file.described + file.skipped);
  });

  it('imports counts alone, without artists', async () => {
    const path = folder.write('counts', 'userID\tartistID\tweight\n2\t51\t13883\n');
    const { events, items } = await runImport(path);
    expect(events).toMatchObject([{ itemId: 'hetrec-artist:51', artistId: null, plays: 13_883 }]);
    expect(items).toEqual([]);
  });
});
