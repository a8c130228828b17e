/** Laws of a build: what goes in decides what comes out; readers see whole builds only, and only good ones. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../shared/api/answer.ts';
import { BloomFilter } from '../../shared/domain/bloom.ts';
import { buildIdOf } from '../../shared/domain/build-id.ts';
import { parseCandidates } from '../../shared/domain/candidate.ts';
import { parseHistory } from '../../shared/domain/recent-history.ts';
import { parseTaste } from '../../shared/domain/taste.ts';
import type { CellWrite } from '../../shared/ports/row-store.ts';
import { createListenerReader } from '../../shared/rows/listener-row.ts';
import { readableBuilds, readPointer } from '../../shared/rows/pointer.ts';
import { listenerKey } from '../../shared/schema/rows.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import {
  build,
  buildUntilKilled,
  busiest,
  CUTOFFS,
  communityEvents,
  copyDirectory,
  createReader,
  delivered,
  END,
  fillDirectory,
  readAnswers,
  spawnBuilder,
  template,
} from './build-directory.ts';
import type { BuilderTask } from './children/builder.ts';
import { pause, temporaryFolder } from './host-process.ts';
import { withRows } from './stopped-stores.ts';

const EVENTS = communityEvents();
const LISTENERS = busiest(EVENTS, 4);
const [FIRST = 0, SECOND = 0] = CUTOFFS.slice(-2);

const pointerOf = (directory: string) => withRows(directory, ({ rows }) => readPointer(rows));
const isOfBuild = (answers: readonly Answer[], cutoff: number) =>
  answers.every((answer) => answer.build === buildIdOf(cutoff) && answer.items.length > 10);

/** The first build serves, and much has been heard since. */
const oneBuild = template(async () => {
  const directory = await fillDirectory(delivered(EVENTS, 2));
  await build({ directory, cutoffs: [FIRST] });
  return directory;
});

/** The same with the second build's stages done, and nothing of them judged. */
const unjudged = template(async () => {
  const directory = await oneBuild.copy();
  await buildUntilKilled({ directory, cutoffs: [SECOND], kill: `stage:${STAGES.at(-1)?.name}:after` });
  return directory;
});

afterAll(() => {
  oneBuild.forget();
  unjudged.forget();
});

async function directoryWithOneBuild(from = oneBuild): Promise<{ directory: string; answers: Answer[] }> {
  const directory = await from.copy();
  const answers = await readAnswers(directory, LISTENERS);
  expect(isOfBuild(answers, FIRST)).toBe(true);
  return { directory, answers };
}

describe('a build', () => {
  it('has one identity, however many threads, by SQL or by kernels, however its events were delivered', async () => {
    const directory = await fillDirectory(EVENTS);
    const careless = await fillDirectory(delivered(EVENTS, 1));
    const variants: Omit<BuilderTask, 'cutoffs'>[] = [
      { directory: copyDirectory(directory), threads: 1, heavyStages: 'sql' },
      { directory: copyDirectory(directory), threads: 2, heavyStages: 'sql' },
      { directory: copyDirectory(careless), threads: 2, heavyStages: 'sql' },
      { directory: copyDirectory(careless), threads: 1, heavyStages: 'kernels' },
      { directory: careless, threads: 2, heavyStages: 'kernels' },
    ];
    const [expected] = (await build({ directory, cutoffs: [SECOND], threads: 1 })).builds;
    expect(expected).toMatchObject({
      status: 'published',
      identity: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(expected?.cells).toBeGreaterThan(400);
    for (const variant of variants) {
      const { builds } = await build({ ...variant, cutoffs: [SECOND] });
      expect(builds, `${variant.heavyStages} on ${variant.threads} threads`).toEqual([expected]);
    }
  });

  it('has another identity when one event more is in it', async () => {
    const directory = await fillDirectory(EVENTS.slice(1));
    const whole = await fillDirectory(EVENTS);
    const [one, other] = [
      await build({ directory, cutoffs: [SECOND] }),
      await build({ directory: whole, cutoffs: [SECOND] }),
    ];
    expect(one.builds[0]?.identity).not.toBe(other.builds[0]?.identity);
  });
});

describe('a build that is killed', () => {
  it('is taken up where it stopped, ends as if undisturbed, and shows nobody anything before', async () => {
    const { directory, answers } = await directoryWithOneBuild();
    const undisturbed = copyDirectory(directory);
    const reference = await build({ directory: undisturbed, cutoffs: [SECOND] });
    const referenceAnswers = await readAnswers(undisturbed, LISTENERS);
    expect(referenceAnswers).not.toEqual(answers);
    const all = reference.stagesRun;

    const moments: [kill: string, stagesLeft: (left: number) => boolean][] = [
      ['stage:listeners:before', (left) => left === all],
      ['stage:listening:within', (left) => left > all - 10 && left < all],
      ['stage:neighbours:within', (left) => left > 5 && left < all - 5],
      ['stage:listener_pools:after', (left) => left > 0 && left < all / 2],
      [`stage:${STAGES.at(-1)?.name}:after`, (left) => left === 0],
      ['load:1', (left) => left === 0],
      ['load:4', (left) => left === 0],
      ['flip:before', (left) => left === 0],
    ];
    for (const [kill, isLeft] of moments) {
      const killed = copyDirectory(directory);
      await buildUntilKilled({ directory: killed, cutoffs: [SECOND], kill });
      expect(await readAnswers(killed, LISTENERS), `after ${kill}`).toEqual(answers);
      // Taken up it keeps its own cut-off, whatever the clock says by now.
      const resumed = await build({ directory: killed, cutoffs: [END + 5] });
      expect(resumed.builds, `after ${kill}`).toEqual(reference.builds);
      expect(isLeft(resumed.stagesRun), `${resumed.stagesRun} stages after ${kill}`).toBe(true);
      expect(await readAnswers(killed, LISTENERS), `after ${kill}`).toEqual(referenceAnswers);
    }

    const flipped = copyDirectory(directory);
    await buildUntilKilled({ directory: flipped, cutoffs: [SECOND], kill: 'flip:after' });
    expect(await readAnswers(flipped, LISTENERS)).toEqual(referenceAnswers);
    expect((await build({ directory: flipped, cutoffs: [END + 5] })).builds).toEqual(reference.builds);
    expect((await pointerOf(flipped))?.accepted).toEqual([SECOND, FIRST]);
  });

  it('is killed again and again and still ends', async () => {
    const { directory } = await directoryWithOneBuild();
    const reference = await build({ directory: copyDirectory(directory), cutoffs: [SECOND] });
    for (const kill of [
      'stage:seeds:within',
      'stage:listener_pools:within',
      'load:2',
      'load:5',
      'flip:before',
    ])
      await buildUntilKilled({ directory, cutoffs: [SECOND], kill });
    expect((await build({ directory, cutoffs: [END + 5] })).builds).toEqual(reference.builds);
  });
});

describe('publishing', () => {
  it('waits for its command after --no-publish, and the next build does not', async () => {
    const { directory, answers } = await directoryWithOneBuild();
    const { builds } = await build({ directory, cutoffs: [SECOND], publish: false });
    expect(builds[0]?.status).toBe('loaded');
    expect(await readAnswers(directory, LISTENERS)).toEqual(answers);
    const later = await build({ directory, cutoffs: [END + 5] });
    expect(later.builds[0]).toMatchObject({ id: buildIdOf(END + 5), status: 'published' });
  });

  it('is taken back by a rollback, after which readers see what they saw before', async () => {
    const { directory, answers } = await directoryWithOneBuild();
    await build({ directory, cutoffs: [SECOND] });
    expect(isOfBuild(await readAnswers(directory, LISTENERS), SECOND)).toBe(true);
    await build({ directory, cutoffs: [], rollsBack: true });
    expect(await readAnswers(directory, LISTENERS)).toEqual(answers);
    expect(await pointerOf(directory)).toEqual({ active: FIRST, accepted: [FIRST] });
    await expect(build({ directory, cutoffs: [], rollsBack: true })).rejects.toThrow(
      'no earlier accepted build',
    );
  });

  it('is atomic for those who read all the while', async () => {
    const folder = join(temporaryFolder(), 'notes');
    mkdirSync(folder);
    // Each build covers a day more, so that no two say the same.
    const directory = await fillDirectory(EVENTS);
    const note = { folder, keys: LISTENERS.map(listenerKey) };
    const builder = spawnBuilder({ directory, cutoffs: CUTOFFS, note });
    let isOver = false;
    void builder.ended.then(() => {
      isOver = true;
    });
    const seen = new Map<string, string>();
    const built = new Map<string, unknown>();
    await withRows(directory, async (stores) => {
      const read = createReader(stores);
      while (!isOver) {
        const pointer = await readPointer(stores.rows);
        // Without what earlier reads left in memory.
        const reader = createListenerReader(stores.rows);
        for (const listenerId of pointer === undefined ? [] : LISTENERS) {
          const answer = await read(listenerId);
          const text = JSON.stringify({ ...answer, generatedAt: '' });
          const name = `${answer.build} ${listenerId}`;
          expect(seen.get(name) ?? text).toBe(text);
          seen.set(name, text);
          const row = await reader.read(listenerId, pointer === undefined ? [] : readableBuilds(pointer));
          built.set(`${row.built?.build} ${listenerId}`, row.built);
        }
        await pause(2);
      }
    });
    expect((await builder.ended).code, builder.output.stderr).toBe(0);

    const builds = new Set([...seen.keys()].map((name) => name.split(' ')[0]));
    expect(builds.size).toBeGreaterThanOrEqual(4);
    expect(new Set(seen.values()).size).toBe(seen.size);
    expect(built.size).toBeGreaterThanOrEqual(4 * LISTENERS.length);
    for (const [name, value] of built) {
      const [cutoff = '', listenerId = ''] = name.split(' ');
      const cells = (JSON.parse(readFileSync(join(folder, `${cutoff}.json`), 'utf8')) as CellWrite[]).filter(
        ({ key, timestamp }) => key === listenerKey(listenerId) && timestamp === Number(cutoff),
      );
      const text = (qualifier: string) => cells.find((cell) => cell.qualifier === qualifier)?.value ?? '';
      expect(value, name).toEqual({
        build: Number(cutoff),
        candidates: parseCandidates(text('pool')),
        heard: BloomFilter.parse(text('heard')),
        taste: parseTaste(text('taste')),
        recent: parseHistory(text('recent')),
      });
    }
  });
});

describe('a build whose audit fails', () => {
  const corruptions: [audit: string, sql: string][] = [
    ['unique:listener_pools', 'INSERT INTO listener_pools SELECT * FROM listener_pools LIMIT 1'],
    ['coverage', "UPDATE listener_pools SET candidates = 0, pool = ''"],
    [
      'dedupe',
      'INSERT INTO listening SELECT l.* FROM listening l JOIN repeated_events r USING (event_id) LIMIT 1',
    ],
    [
      'refers:seeds.tid',
      'UPDATE seeds SET tid = 999999 WHERE lid = (SELECT MIN(lid) FROM seeds) AND seed_no = 1',
    ],
    ['heard', 'DELETE FROM heard_filters WHERE listener_id = (SELECT MIN(listener_id) FROM heard_filters)'],
    // Every bit of every filter cleared.
    [
      'bloom-canary',
      `UPDATE heard_filters SET heard = split_part(heard, '.', 1) || '.' || split_part(heard, '.', 2) || '.' ||
        regexp_replace(split_part(heard, '.', 3), '[A-Za-z0-9+/]', 'A', 'g')`,
    ],
  ];

  it.each(corruptions)('(%s) is rejected and changes nothing for readers', async (audit, sql) => {
    const { directory, answers } = await directoryWithOneBuild(unjudged);
    const before = await pointerOf(directory);
    await corrupt(join(directory, 'builds', `${buildIdOf(SECOND)}.duckdb`), sql);
    const { builds } = await build({ directory, cutoffs: [END + 5] });
    expect(builds).toMatchObject([{ id: buildIdOf(SECOND), status: 'rejected', identity: null, cells: 0 }]);
    expect(builds[0]?.failed.join()).toContain(audit);
    expect(await pointerOf(directory)).toEqual(before);
    expect(await readAnswers(directory, LISTENERS)).toEqual(answers);
    // It stands in nobody's way.
    const next = await build({ directory, cutoffs: [END + 9] });
    expect(next.builds).toMatchObject([{ id: buildIdOf(END + 9), status: 'published', failed: [] }]);
  });

  it('is published all the same when an operator waives the audit by its name, and by that only', async () => {
    const { directory } = await directoryWithOneBuild(unjudged);
    await corrupt(
      join(directory, 'builds', `${buildIdOf(SECOND)}.duckdb`),
      'DELETE FROM listener_pools WHERE listener_id < (SELECT MAX(listener_id) FROM listener_pools)',
    );
    const waived = copyDirectory(directory);
    const { builds } = await build({ directory, cutoffs: [END + 5], accept: ['volume', 'psi'] });
    expect(builds).toMatchObject([{ status: 'rejected', failed: ['coverage'] }]);
    const again = await build({ directory: waived, cutoffs: [END + 5], accept: ['coverage'] });
    expect(again.builds).toMatchObject([
      { id: buildIdOf(SECOND), status: 'published', failed: ['coverage'] },
    ]);
    expect((await pointerOf(waived))?.active).toBe(SECOND);
  });
});

/** What a bug in a stage, or a hand in the file, might do. */
async function corrupt(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path, {});
  const connection = await instance.connect();
  const { rowsChanged } = await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
  expect(rowsChanged).toBeGreaterThan(0);
}
