/** The warehouse's own tables in BigQuery: appended, asked, erased, over a network and a service that fail. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import { InvalidInput, PermanentError, TooLarge, TransientError } from '../../../shared/errors.ts';
import type { Warehouse } from '../../../shared/ports/warehouse.ts';
import { CUTOFF, historyOf } from '../sql/any-history.ts';
import { tablesOf } from '../sql/stage-fixture.ts';
import { openWarehouse } from './bigquery-fixture.ts';
import { FakeBigQuery, type FakeRequest } from './fake-bigquery.ts';

let fake: FakeBigQuery;
beforeEach(async () => {
  fake = await FakeBigQuery.start();
});
afterEach(() => fake.close());

const control = {
  listener_id: 'ann\'s\n"id"',
  kind: 'dislike',
  target: 'r1',
  active: true,
  until: null,
  changed_at: CUTOFF + 7,
};
const item = {
  item_id: 'i1',
  recording_id: 'r1',
  kind: 'track',
  tempo: 128.25,
  year: 1994,
  explicit: false,
  source: 'import',
  updated_at: CUTOFF,
};
const erasure = { listener_hash: 'abc', erased_at: CUTOFF };

async function fill(warehouse: Warehouse) {
  const history = historyOf({ seed: 3, listeners: 6, recordings: 20, runs: 2 });
  const events = history.events.map((event, index) => ({
    ...event,
    source: event.listenerId === 'l01' && index % 3 === 0 ? 'import' : 'generated',
  }));
  const items = history.items.map((found, index) => ({
    ...found,
    source: index % 4 === 0 ? 'import' : 'generated',
  }));
  for (const [table, rows] of Object.entries(tablesOf({ ...history, events, items })))
    await warehouse.append(table as 'listens', rows);
}

async function embedded() {
  const warehouse = await openDuckdbWarehouse({ directory: ':memory:', threads: 1, memory: '512MB' });
  await fill(warehouse);
  return warehouse;
}

const COUNTS = `SELECT (SELECT COUNT(*) FROM listens) AS listens, (SELECT COUNT(*) FROM controls) AS controls,
  (SELECT COUNT(*) FROM catalogue) AS items`;

describe('appending', () => {
  test('gives back what was appended, types and absent values included', async () => {
    const warehouse = openWarehouse(fake);
    await warehouse.append('controls', [control, { ...control, until: 5, active: false }]);
    await warehouse.append('catalogue', [item]);
    expect(await warehouse.query('SELECT * FROM controls ORDER BY until')).toEqual([
      control,
      { ...control, until: 5, active: false },
    ]);
    expect(await warehouse.query('SELECT tempo, year, explicit, title, updated_at FROM catalogue')).toEqual([
      { tempo: 128.25, year: 1994, explicit: false, title: null, updated_at: CUTOFF },
    ]);
  });

  test('is one load job into the table that is there, of all rows or none', async () => {
    await openWarehouse(fake).append('erasures', [erasure, erasure]);
    expect(fake.ran).toHaveLength(1);
    expect(fake.job(fake.ran[0] ?? '')).toMatchObject({
      labels: { app: 'segue', table: 'erasures' },
      load: { writeDisposition: 'WRITE_APPEND', createDisposition: 'CREATE_NEVER', maxBadRecords: 0 },
    });
    expect(fake.requests.some(({ path }) => path.includes('insertAll'))).toBe(false);
  });

  test('over a connection that is cut after the job was taken appends once', async () => {
    let cuts = 0;
    fake.onRequest = ({ method }) => (method === 'POST' && ++cuts === 1 ? 'cut-after' : undefined);
    const warehouse = openWarehouse(fake);
    await warehouse.append('erasures', [erasure]);
    expect(fake.ran).toHaveLength(1);
    expect(await warehouse.query('SELECT COUNT(*) AS n FROM erasures')).toEqual([{ n: 1 }]);
  });

  test('the same rows again, after they were removed, brings them back', async () => {
    const warehouse = openWarehouse(fake);
    await warehouse.append('catalogue', [item]);
    await warehouse.removeSource('import');
    await warehouse.append('catalogue', [item]);
    expect(await warehouse.query('SELECT COUNT(*) AS n FROM catalogue')).toEqual([{ n: 1 }]);
  });

  test.each([
    [{ ...erasure, erased_at: null }, '/1/erased_at: is required'],
    [{ listener_hash: 'x' }, '/1/erased_at: is required'],
    [{ ...erasure, erased_at: '2026-01-01' }, '/1/erased_at: is no TIMESTAMP'],
    [{ ...erasure, erased_at: 1.5 }, '/1/erased_at: is no TIMESTAMP'],
    [{ ...erasure, listener_hash: 7 }, '/1/listener_hash: is no STRING'],
    [{ ...erasure, unknown: 7 }, '/1/unknown: is no column of erasures'],
  ])('refuses the row %j, naming it, and sends nothing', async (row, message) => {
    const appending = openWarehouse(fake).append('erasures', [erasure, row]);
    await expect(appending).rejects.toThrow(InvalidInput);
    await expect(appending).rejects.toThrow(message);
    expect(fake.requests).toEqual([]);
  });

  test('refuses numbers that JSON or BigQuery would not keep, and what is too large for one job', async () => {
    const warehouse = openWarehouse(fake);
    await expect(warehouse.append('catalogue', [{ ...item, tempo: Number.NaN }])).rejects.toThrow('/0/tempo');
    await expect(warehouse.append('catalogue', [{ ...item, year: 2 ** 53 }])).rejects.toThrow('/0/year');
    const title = 'x'.repeat(1024 * 1024);
    await expect(
      warehouse.append(
        'catalogue',
        Array.from({ length: 33 }, () => ({ ...item, title })),
      ),
    ).rejects.toThrow(TooLarge);
    await warehouse.append('catalogue', []);
    expect(fake.requests).toEqual([]);
  });
});

describe('removing', () => {
  test('erases a listener from every table as the embedded warehouse does', async () => {
    const warehouse = openWarehouse(fake);
    await fill(warehouse);
    const twin = await embedded();
    for (const listener of ['l02', 'l02', "nobody' OR '1'='1"])
      expect(await warehouse.eraseListener(listener)).toEqual(await twin.eraseListener(listener));
    expect(await warehouse.query(COUNTS)).toEqual(await twin.query(COUNTS));
    await twin.close();
  });

  test('erases what came in up to an instant, and keeps what came after', async () => {
    const warehouse = openWarehouse(fake);
    await fill(warehouse);
    const twin = await embedded();
    const middle = `SELECT UNIX_MILLIS(received_at) AS came_at FROM listens WHERE listener_id = 'l02'
      ORDER BY received_at, event_id`;
    const instants = await twin.query(middle);
    const upTo = Number(instants[Math.floor(instants.length / 2)]?.came_at);
    const removed = await warehouse.eraseListener('l02', upTo);
    expect(removed).toEqual(await twin.eraseListener('l02', upTo));
    expect(removed.listens).toBeGreaterThan(0);
    const left = await warehouse.query(middle);
    expect(left).toEqual(instants.filter(({ came_at: at }) => Number(at) > upTo));
    expect(left.length).toBeGreaterThan(0);
    await twin.close();
  });

  test('removes a source with its listeners in one transaction, as the embedded warehouse does', async () => {
    const warehouse = openWarehouse(fake);
    await fill(warehouse);
    const twin = await embedded();
    const removed = await warehouse.removeSource('import');
    expect(removed).toEqual(await twin.removeSource('import'));
    expect(removed.listeners).toEqual(['l01']);
    expect(await warehouse.query(COUNTS)).toEqual(await twin.query(COUNTS));
    const script = fake.ran
      .map((id) => fake.job(id)?.query?.query ?? '')
      .find((sql) => sql.startsWith('BEGIN'));
    expect(script).toMatch(/^BEGIN TRANSACTION;[\s\S]*COMMIT TRANSACTION;$/);
    await twin.close();
  });

  test.each([
    'UPDATE or DELETE statement over table segue.listens would affect rows in the streaming buffer, which is not supported',
    'Could not serialize access to table demo-project:segue.listens due to concurrent update',
  ])('is worth trying again later: %s', async (message) => {
    fake.onJob = () => ({ reason: 'invalidQuery', message });
    await expect(openWarehouse(fake).eraseListener('ann')).rejects.toThrow(TransientError);
  });
});

describe('a query', () => {
  test('types its parameters, and refuses what no type holds', async () => {
    const warehouse = openWarehouse(fake);
    await warehouse.append('controls', [control]);
    const sql =
      'SELECT target FROM controls WHERE listener_id = @listener AND UNIX_MILLIS(changed_at) = @at LIMIT @limit';
    expect(
      await warehouse.query(sql, { listener: control.listener_id, at: CUTOFF + 7, limit: 5, other: 1 }),
    ).toEqual([{ target: 'r1' }]);
    const sent = fake.job(fake.ran.at(-1) ?? '')?.query?.queryParameters;
    expect(sent?.map(({ name, parameterType }) => [name, parameterType.type])).toEqual([
      ['listener', 'STRING'],
      ['at', 'INT64'],
      ['limit', 'INT64'],
    ]);
    await expect(warehouse.query(sql, { listener: 'x' })).rejects.toThrow('needs the parameter @at');
    await expect(warehouse.query(sql, { listener: 'x', at: 2 ** 53, limit: 1 })).rejects.toThrow(
      '@at is an INT64',
    );
    await expect(warehouse.query(sql, { listener: 'x', at: Number.NaN, limit: 1 })).rejects.toThrow(
      '@at is NaN',
    );
    await expect(warehouse.query('SELECT @neighbours AS n', { neighbours: 2.5 })).rejects.toThrow(
      '@neighbours',
    );
  });

  test('refuses an INT64 that a number cannot hold, and a type that it does not carry', async () => {
    const warehouse = openWarehouse(fake);
    await expect(warehouse.query('SELECT 9007199254740993 AS big')).rejects.toThrow(
      'The column big holds 9007199254740993',
    );
    await expect(warehouse.query("SELECT DATE '2026-01-01' AS day")).rejects.toThrow(
      'The column day has the type DATE',
    );
  });

  test('is measured without being run', async () => {
    const warehouse = openWarehouse(fake);
    expect(await warehouse.dryRun('SELECT item_id FROM catalogue WHERE year > @year', { year: 1990 })).toBe(
      12345,
    );
    expect(fake.ran).toEqual([]);
    await expect(warehouse.dryRun('SELECT nothing FROM catalogue')).rejects.toThrow(/\[3:7\].*invalidQuery/);
    await expect(warehouse.dryRun('SELECT 1 FROM nowhere')).rejects.toThrow('"nowhere"');
  });
});

describe('failures of the service', () => {
  const first = (times: number, fault: ReturnType<FakeBigQuery['onRequest']>) => {
    let seen = 0;
    return (_: FakeRequest) => (++seen <= times ? fault : undefined);
  };
  const ask = () => openWarehouse(fake).query('SELECT 1 AS one');

  test.each([
    ['a cut connection', 'cut' as const],
    ['half an answer', 'cut-after' as const],
    ['403 rateLimitExceeded', { status: 403, reason: 'rateLimitExceeded' }],
    ['503 backendError', { status: 503, reason: 'backendError' }],
    ['429', { status: 429, reason: 'somethingNew' }],
    ['502 of a proxy', { status: 502, reason: 'somethingNew' }],
  ])('%s is met with patience, five times and no more', async (_name, fault) => {
    fake.onRequest = first(5, fault);
    expect(await ask()).toEqual([{ one: 1 }]);
    fake.onRequest = () => fault;
    fake.requests.length = 0;
    await expect(ask()).rejects.toThrow(TransientError);
    expect(fake.requests).toHaveLength(6);
  });

  test.each([
    ['403 accessDenied', { status: 403, reason: 'accessDenied', message: 'Access Denied: Dataset segue' }],
    ['401', { status: 401, reason: 'authError' }],
    ['400 invalid', { status: 400, reason: 'invalid' }],
    ['403 billingNotEnabled', { status: 403, reason: 'billingNotEnabled' }],
  ])('%s is final at once', async (_name, fault) => {
    fake.onRequest = () => fault;
    const asking = ask();
    await expect(asking).rejects.toThrow(PermanentError);
    await expect(asking).rejects.toThrow(fault.reason);
    expect(fake.requests).toHaveLength(1);
  });

  test('an exhausted quota is not asked again at once, but may pass', async () => {
    fake.onRequest = () => ({ status: 403, reason: 'quotaExceeded' });
    await expect(ask()).rejects.toThrow(TransientError);
    expect(fake.requests).toHaveLength(1);
  });

  test('pauses grow, and never all callers’ at once', async () => {
    const pauses: number[] = [];
    fake.onRequest = () => 'cut';
    const sleep = async (ms: number) => void pauses.push(ms);
    await expect(openWarehouse(fake, { sleep }).query('SELECT 1 AS one')).rejects.toThrow('did not answer');
    expect(pauses).toEqual([187.5, 375, 750, 1500, 3000]);
  });
});
