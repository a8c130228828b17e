import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { importPaths, MAX_BATCH } from '../../../shared/import/import.ts';
import { recognisePaths } from '../../../shared/import/plan.ts';
import { sumReports } from '../../../shared/import/report.ts';
import { Folder, onlyFile, play, plays, RECEIVED_AT, runImport, zip } from './fixtures.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

const history = JSON.stringify(plays(2500));
const lastfm = 'A,B,C,31 Jul 2021 14:23\n';

describe('importPaths', () => {
  it('gives the same events for the same file under any name, packed or not, at any time', async () => {
    const plain = await runImport(folder.write('StreamingHistory0.json', history));
    const packed = await runImport(folder.write('renamed.bin', gzipSync(history)));
    const zipped = await runImport(folder.write('z', zip([{ name: 'x', data: history }])));
    const later = await runImport(folder.write('later', history), { receivedAt: RECEIVED_AT + 1 });
    expect(plain.events).toHaveLength(2500);
    expect(packed.events).toEqual(plain.events);
    expect(zipped.events).toEqual(plain.events);
    expect(later.events.map(({ eventId }) => eventId)).toEqual(plain.events.map(({ eventId }) => eventId));
    expect(new Set(plain.events.map(({ eventId }) => eventId)).size).toBe(2500);
  });

  it('gives other ids to another listener', async () => {
    const path = folder.write('h.json', history);
    const ada = await runImport(path);
    const bob = await runImport(path, { listenerId: 'bob' });
    const ids = new Set([...ada.events, ...bob.events].map(({ eventId }) => eventId));
    expect(ids.size).toBe(5000);
  });

  it('yields batches within the limit, an item before the first event that needs it', async () => {
    const { sizes, items, events } = await runImport(folder.write('b.json', history));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_BATCH);
    expect(sizes.length).toBeGreaterThan(2);
    expect(new Set(events.map(({ itemId }) => itemId))).toEqual(new Set(items.map(({ itemId }) => itemId)));
    expect(items).toHaveLength(new Set(items.map(({ itemId }) => itemId)).size);
  });

  it('keeps what a truncated gzip still holds, and says that it broke off', async () => {
    const packed = gzipSync(history);
    const outcome = await runImport(folder.write('cut.gz', packed.subarray(0, packed.length / 2)));
    const { records, events, skipped } = onlyFile(outcome);
    expect(events).toBeGreaterThan(500);
    expect(skipped).toBe(1);
    expect(records).toBe(events + skipped);
    expect(outcome.skips).toMatchObject([
      { line: events + 1, reason: expect.stringMatching(/breaks off here: unexpected end of file/) },
    ]);
  });

  it('never takes the cut last line of a truncated gzip for a whole one', async () => {
    const rows = Array.from(
      { length: 3000 },
      (_, n) => `${1_600_000_000 + n * 7},Artist,${(n * 7919) % 3001} title\n`,
    );
    const packed = gzipSync(`uts,artist,track\n${rows.join('')}`);
    const outcome = await runImport(folder.write('cut.csv.gz', packed.subarray(0, packed.length - 40)));
    const titles = new Set(rows.map((row) => row.trim().split(',')[2]));
    expect(outcome.events.length).toBeGreaterThan(1000);
    expect(outcome.items.filter(({ title }) => !titles.has(title ?? ''))).toEqual([]);
    expect(outcome.skips).toHaveLength(1);
  });

  it('keeps what comes before a break in JSON, hashing the file to its end all the same', async () => {
    const text = `${history.slice(0, 100_000)}\n${history.slice(100_000)}`.replace('"Song 3"', '"Song\n3"');
    const outcome = await runImport(folder.write('broken.json', text));
    expect(onlyFile(outcome)).toMatchObject({
      records: 4,
      events: 3,
      skipped: 1,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
  });

  it('reads a zip of several formats, reports the rest, and lets none stop the others', async () => {
    const path = folder.write(
      'mixed.zip',
      zip([
        { name: 'MyData/StreamingHistory0.json', data: history },
        { name: 'MyData/scrobbles.csv', data: lastfm, stored: true },
        { name: 'MyData/inner.json.gz', data: gzipSync(history) },
        { name: 'MyData/Userdata.json', data: '{"username":"x"}' },
        { name: 'MyData/photo.jpg', data: Buffer.from([0xff, 0xd8, 0, 1]) },
        { name: 'MyData/empty.json', data: '' },
        { name: '__MACOSX/._x', data: 'x' },
      ]),
    );
    const outcome = await runImport(path);
    const files = outcome.report.files.map(({ member, format, events }) => [member, format, events]);
    expect(files).toEqual([
      ['MyData/StreamingHistory0.json', 'spotify-account', 2500],
      ['MyData/scrobbles.csv', 'lastfm', 1],
      ['MyData/inner.json.gz', 'spotify-account', 2500],
      ['MyData/Userdata.json', null, 0],
      ['MyData/photo.jpg', null, 0],
      ['MyData/empty.json', null, 0],
    ]);
    expect(outcome.report.files[3]?.problem).toMatch(
      /is JSON of an unknown kind; expected Spotify account data/,
    );
    expect(outcome.report.files[4]?.problem).toMatch(/binary/);
    expect(outcome.report.files[5]?.problem).toMatch(/is empty/);
    expect(outcome.report.files[0]?.sha256).toBe(createHash('sha256').update(history).digest('hex'));
    expect(sumReports(outcome.report)).toMatchObject({ records: 5001, events: 5001, skipped: 0 });
  });

  it('reports a damaged member with what was readable, and a cut archive', async () => {
    const archive = zip([
      { name: 'a.json', data: history },
      { name: 'b.csv', data: lastfm },
    ]);
    const cut = archive.subarray(0, archive.length - 30);
    const damaged = Buffer.from(archive);
    damaged.fill(0xff, 9000, 9020);
    const outcome = await runImport([folder.write('damaged.zip', damaged), folder.write('cut.zip', cut)]);
    expect(outcome.report.files).toMatchObject([
      { member: 'a.json' },
      { member: 'b.csv', events: 1 },
      {
        path: join(folder.path, 'cut.zip'),
        format: null,
        problem: expect.stringMatching(/no complete zip archive/),
      },
    ]);
    expect(outcome.report.files[0]?.events).toBeGreaterThan(100);
    expect(outcome.skips.at(-1)?.reason).toMatch(/checksum of a.json does not match|breaks off/);
  });

  it('walks directories in order, past hidden files and linked directories', async () => {
    const inside = new Folder();
    inside.write('b/deep/h.json', JSON.stringify(plays(3)));
    inside.write('a.csv', lastfm);
    inside.write('.hidden/x.csv', lastfm);
    inside.write('readme.txt', 'hello\n');
    symlinkSync(inside.path, join(inside.path, 'b', 'loop'));
    symlinkSync('nowhere', join(inside.path, 'b', 'broken'));
    const outcome = await runImport([inside.path, join(inside.path, 'a.csv'), join(inside.path, 'missing')]);
    const names = outcome.report.files.map(
      ({ path, events }) => `${path.slice(inside.path.length + 1)} ${events}`,
    );
    expect(names).toEqual(['a.csv 1', 'b/broken 0', 'b/deep/h.json 3', 'readme.txt 0', 'missing 0']);
    expect(outcome.report.files.at(-1)?.problem).toMatch(/cannot be read: ENOENT/);
    inside[Symbol.dispose]();
  });

  it('reads a byte order mark and an empty array without inventing records', async () => {
    const marked = await runImport(
      folder.write('bom.json', `\ufeff${JSON.stringify([play('2021-01-01 10:00', 'A', 'B')])}`),
    );
    expect(onlyFile(marked)).toMatchObject({ records: 1, events: 1 });
    const empty = await runImport(folder.write('empty.json', '[]'));
    expect(onlyFile(empty)).toMatchObject({
      format: null,
      records: 0,
      problem: expect.stringMatching(/JSON of an unknown kind/),
    });
  });

  it('recognises an array on one line longer than what is looked at', async () => {
    expect(history.length).toBeGreaterThan(100_000);
    const [found] = await recognisePaths([folder.write('long', `[\n${history.slice(1)}`)]);
    expect(found?.format).toBe('spotify-account');
  });

  it('reports progress up to exactly the bytes to read', async () => {
    const seen: [number, number][] = [];
    const paths = [
      folder.write('p.json', history),
      folder.write('p.zip', zip([{ name: 'x.csv', data: lastfm }])),
    ];
    await runImport(paths, { onProgress: (read, total) => seen.push([read, total]) });
    const [last] = seen.slice(-1);
    expect(last?.[0]).toBe(last?.[1]);
    expect(seen.every(([read], index) => index === 0 || read > (seen[index - 1]?.[0] ?? 0))).toBe(true);
  });

  it('counts every record exactly once, whatever the file', async () => {
    const mess = [
      play('2021-01-01 10:00', 'A', 'B'),
      7,
      null,
      { endTime: 1 },
      play('x', 'A', 'B'),
      [],
      'text',
    ];
    const { report, events, skips } = await runImport(folder.write('mess.json', JSON.stringify(mess)));
    expect(sumReports(report)).toEqual({ records: 7, events: 1, described: 0, skipped: 6, items: 1 });
    expect([events.length, skips.length]).toEqual([1, 6]);
    const [file] = report.files;
    expect(Object.values(file?.skippedByReason ?? {}).reduce((a, b) => a + b, 0)).toBe(6);
  });

  it('refuses a listener id that is no id', () => {
    const options = { receivedAt: RECEIVED_AT, onSkip: () => {} };
    for (const listenerId of ['', 'ü', 'x'.repeat(129), 'a\nb'])
      expect(() => importPaths([], { ...options, listenerId })).toThrow(/listenerId: must be 1 to 128 bytes/);
  });

  it('imports nothing from an empty directory', async () => {
    const path = join(folder.path, 'nothing');
    mkdirSync(path);
    const { report, sizes } = await runImport(path);
    expect([report.files, sizes]).toEqual([[], []]);
  });
});
