import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PermanentError } from '../../../shared/errors.ts';
import { readSessions, splitSessionsInOrder } from '../../../shared/evaluation/session-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'segue-sessions-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function written(name: string, content: string | Buffer): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

test('reads plain and gzip alike: order, repeats, blank lines, no last newline', async () => {
  const text = '3 1 1\r\n\n2\n  7\t4 ';
  const sessions = [[3, 1, 1], [2], [7, 4]];
  expect(await readSessions(await written('s.txt', text))).toEqual(sessions);
  expect(await readSessions(await written('s.txt.gz', gzipSync(text)))).toEqual(sessions);
});

test.each([
  ['1 2\n3 four\n', /s\.txt line 2: "four" is not a whole number/],
  ['1 -2\n', /line 1: "-2"/],
  ['1 2\n\n1.5\n', /line 3: "1.5"/],
  ['99999999999999999999\n', /line 1/],
  ['\n \n', /s\.txt holds no session/],
])('%j names the file and the line', async (text, message) => {
  const failing = readSessions(await written('s.txt', text));
  await expect(failing).rejects.toThrow(PermanentError);
  await expect(failing).rejects.toThrow(message);
});

test('a truncated gzip, one that is none and a missing file name the file', async () => {
  const whole = gzipSync(Array.from({ length: 5000 }, (_, id) => `${id} ${id * 7}`).join('\n'));
  const broken = [
    await written('cut.txt.gz', whole.subarray(0, whole.length - 20)),
    await written('plain.txt.gz', '1 2\n'),
    join(directory, 'missing.txt'),
  ];
  for (const path of broken) {
    await expect(readSessions(path)).rejects.toThrow(PermanentError);
    await expect(readSessions(path)).rejects.toThrow(path);
  }
});

test('the last tenth in file order is test, every session once', () => {
  const sessions = Array.from({ length: 25 }, (_, id) => [id]);
  const { train, test: held } = splitSessionsInOrder(sessions);
  expect([...train, ...held]).toEqual(sessions);
  expect(held).toEqual([[22], [23], [24]]);
  expect(splitSessionsInOrder(sessions.slice(0, 2)).train).toHaveLength(1);
  for (const few of [0, 1])
    expect(() => splitSessionsInOrder(sessions.slice(0, few))).toThrow(PermanentError);
});
