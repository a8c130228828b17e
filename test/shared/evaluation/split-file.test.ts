import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentError } from '../../../shared/errors.ts';
import { type Interactions, readSplit } from '../../../shared/evaluation/split-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'segue-split-'));
});
afterEach(() => rm(directory, { recursive: true }));

const write = (name: string, content: string | Buffer) => writeFile(join(directory, name), content);
const failure = async () => {
  const error = await readSplit(directory).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PermanentError);
  return (error as Error).message;
};
const rows = ({ offsets, items }: Interactions) =>
  Array.from({ length: offsets.length - 1 }, (_, index) => [
    ...items.subarray(offsets[index], offsets[index + 1]),
  ]);

describe('readSplit', () => {
  test('gives listeners and items dense indices in ascending order of id', async () => {
    await write('train.txt', '7 100 30 9\n2 30\n');
    await write('test.txt', '2 100 9\n11 5\n');
    const split = await readSplit(directory);
    expect(split.listeners).toEqual([2, 7, 11]);
    expect(split.items).toEqual([5, 9, 30, 100]);
    expect(rows(split.train)).toEqual([[2], [3, 2, 1], []]);
    expect(rows(split.test)).toEqual([[3, 1], [], [0]]);
    expect(split.duplicates).toBe(0);
  });

  test('reads gzip and plain alike, with blank lines, tabs, carriage returns and no last newline', async () => {
    await write('train.txt.gz', gzipSync('\r\n0 1 2\r\n\r\n1\t2   3 \r\n'));
    await write('test.txt', '\n0 3\n \n1 1');
    const split = await readSplit(directory);
    expect(rows(split.train)).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(rows(split.test)).toEqual([[2], [0]]);
  });

  test('drops and counts repetitions within a line, keeps a listener without items', async () => {
    await write('train.txt', '0 1 1 2 1\n5\n');
    await write('test.txt', '0 3 3\n');
    const split = await readSplit(directory);
    expect(rows(split.train)).toEqual([[0, 1], []]);
    expect(split.duplicates).toBe(3);
  });

  test('keeps what only the test has, and lines across chunk borders', async () => {
    const long = Array.from({ length: 50_000 }, (_, item) => item + 1_000_000).join(' ');
    await write('train.txt', `0 ${long}\n1 4\n`);
    await write('test.txt.gz', gzipSync(`0 3\n1 ${long}\n`));
    const split = await readSplit(directory);
    expect(split.items).toHaveLength(50_002);
    expect(rows(split.test)[0]).toEqual([0]);
    expect(rows(split.test)[1]).toHaveLength(50_000);
  });

  test.each([
    ['0 1\n1 2 x3\n', 'line 2', '"x3"'],
    ['0 1\n\n\n1 -2\n', 'line 4', '"-2"'],
    ['0 1.5\n', 'line 1', '"1.5"'],
    ['0 99999999999999999999\n', 'line 1', '"99999999999999999999"'],
    ['0 1\n4 1\n0 2\n', 'line 3', 'line 1 already'],
  ])('%j in train is refused with its line', async (content, line, what) => {
    await write('train.txt', content);
    await write('test.txt', '0 1\n');
    const message = await failure();
    expect(message).toContain(`train.txt ${line}`);
    expect(message).toContain(what);
  });

  test('a file that is missing, doubled, empty or a directory is named', async () => {
    await write('train.txt', '0 1\n');
    expect(await failure()).toContain('neither test.txt nor test.txt.gz');
    await write('test.txt', '\n');
    expect(await failure()).toContain('test.txt holds no listener');
    await write('test.txt.gz', gzipSync('0 1\n'));
    expect(await failure()).toContain('keep one');
    await rm(join(directory, 'test.txt'));
    await write('train.txt', '');
    expect(await failure()).toContain('train.txt holds no listener');
  });

  test('a truncated or damaged gzip is an error, not a shorter split', async () => {
    const lines = Array.from(
      { length: 3000 },
      (_, listener) => `${listener} ${(listener * 7919) % 3001}`,
    ).join('\n');
    const whole = gzipSync(lines);
    await write('test.txt', '0 1\n');
    for (const content of [
      whole.subarray(0, whole.length / 2),
      whole.subarray(0, whole.length - 4),
      Buffer.from('0 1\n'),
    ]) {
      await write('train.txt.gz', content);
      expect(await failure()).toContain('train.txt.gz cannot be read');
    }
  });
});
