import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  findArtistTags,
  readArtistTags,
  readItemArtists,
  readPlays,
  readTrainPlays,
} from '../../../shared/evaluation/split-knowledge.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'segue-knowledge-'));
});
afterEach(() => rm(directory, { recursive: true }));

const write = async (name: string, content: string) => {
  const path = join(directory, name);
  await writeFile(path, name.endsWith('.gz') ? gzipSync(content) : content);
  return path;
};

test('plays are read by listener and item below a head, plain or gzipped', async () => {
  const text = 'userID\tartistID\tweight\r\n2\t51\t13883\r\n2\t52\t1\r\n\r\n7\t51\t3';
  const expected = new Map([
    [
      2,
      new Map([
        [51, 13_883],
        [52, 1],
      ]),
    ],
    [7, new Map([[51, 3]])],
  ]);
  expect(await readPlays(await write('user_artists.dat', text))).toEqual(expected);
  await write('train-counts.tsv.gz', text);
  expect(await readTrainPlays(directory)).toEqual(expected);
});

test.each([
  ['a pair told twice', 'h\n1 2 3\n1 2 4\n', 'line 3: listener 1 has item 2 already'],
  ['no plays', 'h\n1 2 0\n', 'line 2: a pair of no plays'],
  ['too few columns', 'h\n1 2\n', 'line 2: 3 columns'],
  ['what is no number', 'h\n1 2 -3\n', 'line 2: "-3" is not a whole number'],
  ['a head alone', 'user item plays\n', 'holds no pair'],
])('%s is refused by name', async (_, text, message) => {
  const path = await write('plays.tsv', text);
  await expect(readPlays(path)).rejects.toThrow(message);
});

test('tags of an artist come most given first, without those of one person alone', async () => {
  const given = [
    // person, artist, tag: 5 is given thrice to 10, 6 twice; 8 is one person's own; 7 is more common than 4.
    [1, 10, 6],
    [2, 10, 6],
    [1, 10, 5],
    [2, 10, 5],
    [3, 10, 5],
    [3, 10, 8],
    [3, 11, 8],
    [1, 10, 4],
    [2, 10, 7],
    [2, 12, 7],
    [3, 12, 7],
    [2, 13, 4],
    [3, 14, 7],
  ];
  const lines = given.map((row) => [...row, 1_238_536_800_000].join('\t'));
  await write(
    'user_taggedartists-timestamps.dat',
    `userID\tartistID\ttagID\ttimestamp\n${lines.join('\n')}\n`,
  );
  const tags = await readArtistTags(directory);
  expect(tags.get(10)).toEqual(['5', '6', '7', '4']);
  expect(tags.get(11)).toEqual([]);
  expect(tags.get(99)).toBeUndefined();
});

test('tags are found in the directory beside a split that says which artists its items are', async () => {
  await mkdir(join(directory, 'split'));
  await mkdir(join(directory, 'tags'));
  await write('split/train.txt', '1 2\n');
  await write('pairs.dat', 'userID\tartistID\tweight\n1\t2\t3\n');
  await write('split/items.txt', 'item\thetrec_artist\tname\n');
  expect(await findArtistTags(join(directory, 'split'))).toBeNull();
  expect(await findArtistTags(join(directory, 'pairs.dat'))).toBeNull();
  await write('tags/user_taggedartists.dat', 'userID\tartistID\ttagID\n');
  expect(await findArtistTags(join(directory, 'split'))).toBe(join(directory, 'tags'));
  expect(await findArtistTags(`${join(directory, 'split')}/`)).toBe(join(directory, 'tags'));
  await rm(join(directory, 'split/items.txt'));
  expect(await findArtistTags(join(directory, 'split'))).toBeNull();
  await write('tags/user_artists.dat', 'userID\tartistID\tweight\n1\t2\t3\n');
  expect(await findArtistTags(join(directory, 'tags/user_artists.dat'))).toBe(join(directory, 'tags'));
  await rm(join(directory, 'tags/user_artists.dat'));
  await write('split/items.txt', 'item\thetrec_artist\tname\n');
  await rename(join(directory, 'tags'), join(directory, 'split/tags'));
  await symlink(join(directory, 'split/tags'), join(directory, 'linked'));
  await symlink(join(directory, 'split/tags/gone'), join(directory, 'a-dangling-link'));
  expect(await findArtistTags(join(directory, 'split'))).toBe(join(directory, 'linked'));
  await expect(findArtistTags(join(directory, 'nowhere'))).rejects.toThrow('nowhere cannot be read');
});

test('a directory without tags or without a list of items is told', async () => {
  await expect(readArtistTags(directory)).rejects.toThrow('no user_taggedartists.dat');
  await expect(readItemArtists(directory)).rejects.toThrow('neither items.txt nor items.txt.gz');
});

test('items lead to artists, whatever the names after them', async () => {
  await write('items.txt', 'item\thetrec_artist\tname\n0\t1\tMALICE MIZER\n5\t72\t2 Many DJs\n6\t73\t\n');
  expect(await readItemArtists(directory)).toEqual(
    new Map([
      [0, 1],
      [5, 72],
      [6, 73],
    ]),
  );
});
