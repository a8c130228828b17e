/** Builds in BigQuery: whole ones, and ones that are killed, fail and are taken up again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../shared/errors.ts';
import { AUDITS } from '../../../shared/sql/audits.ts';
import { STAGES, stageNamed } from '../../../shared/sql/stages.ts';
import { CUTOFF, historyOf } from '../sql/any-history.ts';
import { paramsOf, type Row, runStages, tablesOf } from '../sql/stage-fixture.ts';
import { MAX_BYTES, openWarehouse } from './bigquery-fixture.ts';
import { FakeBigQuery, PROJECT } from './fake-bigquery.ts';

const BUILD = 'b01767225600000';
const HISTORY = historyOf({ seed: 5, listeners: 14, recordings: 40, runs: 5 });

let fake: FakeBigQuery;
beforeEach(async () => {
  fake = await FakeBigQuery.start();
});
afterEach(() => fake.close());

async function fillWarehouse() {
  const warehouse = openWarehouse(fake);
  for (const [table, rows] of Object.entries(tablesOf(HISTORY)))
    await warehouse.append(table as 'listens', rows);
  return warehouse;
}

const listeners = stageNamed('listeners');
const params = paramsOf(listeners, CUTOFF);

describe('a build', () => {
  test('gives row for row what the embedded warehouse gives', async () => {
    const warehouse = await fillWarehouse();
    const space = await warehouse.openBuild(BUILD);
    const expected = await runStages(HISTORY);
    for (const stage of STAGES) {
      const result = await space.run(stage, paramsOf(stage, CUTOFF));
      expect(result).toEqual({ rows: expected(stage.name).length, ms: 250 });
      const rows: Row[] = [];
      for await (const part of space.read(stage)) rows.push(...part);
      expect(rows, stage.name).toEqual(expected(stage.name));
    }
    const finished = await openWarehouse(fake)
      .openBuild(BUILD)
      .then((again) => again.finished());
    expect([...finished.keys()]).toEqual(STAGES.map(({ name }) => name));
    for (const { name, sql } of AUDITS) expect(await space.query(sql), name).toEqual([{ violations: 0 }]);
  }, 120_000);

  test('runs each stage as one capped, labelled job with typed parameters into a clustered table', async () => {
    const warehouse = openWarehouse(fake, {
      reservation: 'projects/p/locations/EU/reservations/nightly',
      maxSlots: 200,
      jobTimeoutMs: 3_600_000,
      priority: 'BATCH',
      labels: { team: 'music' },
    });
    const degrees = stageNamed('artist_degrees');
    const space = await warehouse.openBuild(BUILD);
    await fake.engine.createTable(
      `${PROJECT}.segue_builds.${BUILD}__artist_seeds`,
      stageNamed('artist_seeds').columns,
    );
    await space.run(degrees, { alpha: 1, beta: 0.4 });
    const job = fake.job(`segue-${BUILD}-artist_degrees-1`);
    expect(job).toMatchObject({
      labels: { app: 'segue', build: BUILD, stage: 'artist_degrees', team: 'music' },
      reservation: 'projects/p/locations/EU/reservations/nightly',
      maxSlots: 200,
      jobTimeoutMs: '3600000',
      query: {
        priority: 'BATCH',
        useLegacySql: false,
        useQueryCache: false,
        maximumBytesBilled: String(MAX_BYTES),
        writeDisposition: 'WRITE_TRUNCATE',
        clustering: { fields: ['aid'] },
        destinationTable: {
          projectId: PROJECT,
          datasetId: 'segue_builds',
          tableId: `${BUILD}__artist_degrees`,
        },
        queryParameters: [
          { name: 'alpha', parameterType: { type: 'FLOAT64' }, parameterValue: { value: '1' } },
          { name: 'beta', parameterType: { type: 'FLOAT64' }, parameterValue: { value: '0.4' } },
        ],
      },
    });
    expect(job?.query?.query).toContain(`\`${PROJECT}.segue_builds.${BUILD}__artist_seeds\``);
  });

  test('is listed, and dropped with all its tables and no other’s', async () => {
    const warehouse = openWarehouse(fake);
    fake.pageRows = 1;
    for (const build of ['b2', 'b1', 'b11']) {
      const space = await warehouse.openBuild(build);
      await space.run(listeners, params);
      await space.run(stageNamed('repeated_events'), params);
    }
    expect(await warehouse.listBuilds()).toEqual(['b1', 'b11', 'b2']);
    await warehouse.dropBuild('b1');
    await warehouse.dropBuild('b1');
    expect(await warehouse.listBuilds()).toEqual(['b11', 'b2']);
    const space = await warehouse.openBuild('b1');
    expect(await space.finished()).toEqual(new Map());
    await space.run(listeners, params);
    expect([...(await space.finished()).keys()]).toEqual(['listeners']);
    await expect(warehouse.openBuild('../b')).rejects.toThrow('is no build id');
    await expect(warehouse.dropBuild('b_')).rejects.toThrow('is no build id');
  });
});

describe('a stage', () => {
  test('whose process dies after the job began is attached to by the next, and runs once', async () => {
    let dead = false;
    fake.onRequest = ({ method }) => {
      if (dead) return 'cut';
      dead = method === 'POST';
      return undefined;
    };
    fake.looksUntilDone = 3;
    const first = await openWarehouse(fake).openBuild(BUILD);
    await expect(first.run(listeners, params)).rejects.toThrow(TransientError);
    fake.onRequest = () => undefined;
    const second = await openWarehouse(fake).openBuild(BUILD);
    expect(await second.run(listeners, params)).toEqual({ rows: 0, ms: 250 });
    expect(await second.run(listeners, params)).toEqual({ rows: 0, ms: 250 });
    expect(fake.ran).toEqual([`segue-${BUILD}-listeners-1`]);
  });

  test('that two processes begin at once runs once', async () => {
    const spaces = await Promise.all([1, 2, 3].map(() => openWarehouse(fake).openBuild(BUILD)));
    await Promise.all(spaces.map((space) => space.run(listeners, params)));
    expect(fake.ran).toEqual([`segue-${BUILD}-listeners-1`]);
  });

  test('whose insertion was answered by a cut connection is met as 409 and runs once', async () => {
    let cuts = 0;
    fake.onRequest = ({ method }) => (method === 'POST' && ++cuts <= 2 ? 'cut-after' : undefined);
    await (await openWarehouse(fake).openBuild(BUILD)).run(listeners, params);
    expect(cuts).toBe(3);
    expect(fake.ran).toEqual([`segue-${BUILD}-listeners-1`]);
  });

  test.each(['backendError', 'jobInternalError', 'rateLimitExceeded'])(
    'that fails of %s succeeds in a new job',
    async (reason) => {
      fake.onJob = (id) => (id.endsWith('-3') ? undefined : { reason, message: 'try again' });
      await (await openWarehouse(fake).openBuild(BUILD)).run(listeners, params);
      expect(fake.ran).toEqual([1, 2, 3].map((attempt) => `segue-${BUILD}-listeners-${attempt}`));
    },
  );

  test('that goes on failing is given up as transient, and goes on from the next number later', async () => {
    fake.onJob = () => ({ reason: 'backendError', message: 'try again' });
    const space = await openWarehouse(fake).openBuild(BUILD);
    await expect(space.run(listeners, params)).rejects.toThrow(TransientError);
    expect(fake.ran).toHaveLength(3);
    fake.onJob = () => undefined;
    expect(await space.finished()).toEqual(new Map());
    await space.run(listeners, params);
    expect(fake.ran.at(-1)).toBe(`segue-${BUILD}-listeners-4`);
    expect([...(await space.finished()).keys()]).toEqual(['listeners']);
  });

  test('with wrong SQL fails for good, naming file and line, until the file is another', async () => {
    let sql = 'SELECT\n  nothing AS lid\nFROM listens';
    const space = await openWarehouse(fake, { readStageSql: async () => sql }).openBuild(BUILD);
    await expect(space.run(listeners, params)).rejects.toThrow(
      /^Stage listeners: listeners\.sql:2: .*invalidQuery/s,
    );
    await expect(space.run(listeners, params)).rejects.toThrow(PermanentError);
    await expect(space.dryRun(listeners, params)).rejects.toThrow(/listeners\.sql:3/);
    sql = 'SELECT 1 AS lid FROM listens';
    await space.run(listeners, params);
    expect(fake.ran).toHaveLength(3);
    expect(await space.dryRun(listeners, params)).toBe(12345);
  });

  test('that would bill more than the cap names the cap, though BigQuery answers it with 500', async () => {
    const problem = {
      reason: 'bytesBilledLimitExceeded',
      message: 'Query exceeded limit for bytes billed: 1000000000. 5000000000 or higher required.',
    };
    fake.onJob = () => problem;
    const space = await openWarehouse(fake).openBuild(BUILD);
    await expect(space.run(listeners, params)).rejects.toThrow(
      /5000000000 or higher.*SEGUE_MAX_BYTES_BILLED = 1000000000/,
    );
    fake.onRequest = ({ method }) => (method === 'POST' ? { status: 500, ...problem } : undefined);
    fake.requests.length = 0;
    await expect(space.run(listeners, params)).rejects.toThrow(PermanentError);
    expect(fake.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('that reads what it does not declare is refused before anything is sent', async () => {
    const space = await openWarehouse(fake, {
      readStageSql: async () => 'SELECT 1 AS lid\nFROM catalogue',
    }).openBuild(BUILD);
    await expect(space.run(listeners, params)).rejects.toThrow('listeners.sql:2:6: "catalogue"');
    expect(fake.requests).toEqual([]);
  });

  test('that runs longer than a call may wait can be asked for again', async () => {
    fake.looksUntilDone = 40;
    const space = await openWarehouse(fake, { waitMs: 30_000 }).openBuild(BUILD);
    await expect(space.run(listeners, params)).rejects.toThrow('still runs; ask again');
    let calls = 1;
    for (let done = false; !done; calls++)
      done = await space.run(listeners, params).then(
        () => true,
        () => false,
      );
    expect(calls).toBeGreaterThan(2);
    expect(fake.ran).toHaveLength(1);
  });

  test('whose job id another deployment in the project took is refused', async () => {
    await (await openWarehouse(fake).openBuild(BUILD)).run(listeners, params);
    const other = await openWarehouse(fake, { buildsDataset: 'other_builds' }).openBuild(BUILD);
    await expect(other.run(listeners, params)).rejects.toThrow(
      /segue_builds\.b\d+__listeners, not other_builds/,
    );
  });
});

describe('reading', () => {
  test('pages through a result, over connections cut in the middle of a page', async () => {
    const warehouse = await fillWarehouse();
    const space = await warehouse.openBuild(BUILD);
    await space.run(listeners, params);
    fake.pageRows = 3;
    let pages = 0;
    fake.onRequest = ({ path }) =>
      path.includes('/queries/') && ++pages % 2 === 0 ? 'cut-after' : undefined;
    const rows: Row[] = [];
    for await (const part of space.read(listeners)) rows.push(...part);
    const expected = await runStages(HISTORY, { stages: ['listeners'] });
    expect(expected('listeners').length).toBeGreaterThan(6);
    expect(rows).toEqual(expected('listeners'));
  });

  test('an empty table gives nothing', async () => {
    const space = await openWarehouse(fake).openBuild(BUILD);
    await space.run(listeners, params);
    for await (const part of space.read(listeners)) expect(part).toBe('never');
  });
});
