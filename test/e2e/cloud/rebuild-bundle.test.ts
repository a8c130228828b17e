/** A night through the built bundle: BigQuery and Cloud Monitoring are played by stand-ins, the rest are Google's emulators. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSigningKey } from '../../../shared/auth/key-file.ts';
import { issueToken, publicPart } from '../../../shared/auth/tokens.ts';
import { SUBSCRIPTIONS } from '../../../shared/schema/topics.ts';
import { STAGES } from '../../../shared/sql/stages.ts';
import { hasEmulator } from '../../emulators/emulators.ts';
import { openWarehouse } from '../../shared/google/bigquery-fixture.ts';
import { PROJECT as BIGQUERY_PROJECT, FakeBigQuery } from '../../shared/google/fake-bigquery.ts';
import { historyOf } from '../../shared/sql/any-history.ts';
import { tablesOf } from '../../shared/sql/stage-fixture.ts';
import {
  type EmulatedCloud,
  installBundles,
  PROJECT,
  type RunningFunction,
  startCloud,
  startFunction,
} from './emulated-cloud.ts';

const AVAILABLE = (['bigtable', 'pubsub', 'firestore'] as const).map(hasEmulator).every(Boolean);
const HISTORY = historyOf({ seed: 21, listeners: 20, recordings: 60, runs: 5 });
const LISTENER = HISTORY.events[0]?.listenerId ?? '';
const ACCEPT = ['coverage'];

/** Cloud Monitoring where every subscription has delivered everything. */
async function startMonitoring(): Promise<Server> {
  const server = createServer((_, response) => {
    const points = [{ interval: { endTime: new Date().toISOString() }, value: { int64Value: '0' } }];
    const timeSeries = Object.values(SUBSCRIPTIONS).map(({ name }) => ({
      resource: { labels: { subscription_id: name } },
      points,
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ timeSeries }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe.skipIf(!AVAILABLE)('the nightly build through its bundle', () => {
  let cloud: EmulatedCloud;
  let bigquery: FakeBigQuery;
  let monitoring: Server;
  let installed: Awaited<ReturnType<typeof installBundles>>;
  let environment: Record<string, string>;
  let rebuild: RunningFunction;
  let serve: RunningFunction | undefined;
  let token: string;

  const start = () =>
    startFunction('rebuild', installed.folders.rebuild ?? '', environment, { port: rebuild?.port });

  async function post(
    path: string,
    body: unknown = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${rebuild.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async function done(path: string, body?: unknown) {
    const answer = await post(path, body);
    if (answer.status !== 200)
      throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}\n${rebuild.output()}`);
    return answer.body;
  }

  beforeAll(async () => {
    [cloud, bigquery, monitoring, installed] = await Promise.all([
      startCloud(),
      FakeBigQuery.start(),
      startMonitoring(),
      installBundles(['rebuild', 'serve']),
    ]);
    const warehouse = openWarehouse(bigquery);
    for (const [table, rows] of Object.entries(tablesOf(HISTORY)))
      await warehouse.append(table as 'listens', rows);
    const key = await generateSigningKey();
    const clock = { now: () => Date.now() };
    token = await issueToken({ key, principal: { kind: 'service' }, lifetimeSeconds: 3600, clock });
    const address = monitoring.address();
    environment = {
      ...cloud.environment,
      BIGQUERY_EMULATOR_HOST: new URL(bigquery.endpoint).host,
      MONITORING_EMULATOR_HOST: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      SEGUE_KEYS: JSON.stringify([publicPart(key)]),
    };
    rebuild = await startFunction('rebuild', installed.folders.rebuild ?? '', environment);
  });

  afterAll(async () => {
    await serve?.stop();
    await rebuild?.stop();
    monitoring?.close();
    await bigquery?.close();
    await cloud?.stop();
    installed?.remove();
  });

  test('the stand-in and the emulators are of one project', () => {
    expect(PROJECT).toBe(BIGQUERY_PROJECT);
  });

  test('killed in the middle of a stage, it goes on with the same build and runs no stage twice; serving then reads it', async () => {
    const { id } = await done('/builds');
    for (const { name } of STAGES.slice(0, 3)) await done(`/builds/${id}/stages/${name}`);
    const dying = post(`/builds/${id}/stages/${STAGES[3]?.name}`).catch(() => undefined);
    await rebuild.stop();
    await dying;
    rebuild = await start();
    expect((await done('/builds')).id).toBe(id);
    for (const { name } of STAGES) await done(`/builds/${id}/stages/${name}`);
    expect(await done(`/builds/${id}/audit`, { accept: ACCEPT })).toMatchObject({ status: 'audited' });
    expect((await post(`/builds/${id}/publish`)).status).toBe(409);
    expect(await done(`/builds/${id}/load`)).toMatchObject({ status: 'loaded' });
    await done(`/builds/${id}/publish`);
    await done('/collect');
    const inserted = bigquery.ran.filter((job) => STAGES.some(({ name }) => job === `segue-${id}-${name}-1`));
    expect(new Set(inserted).size).toBe(inserted.length);

    serve = await startFunction('serve', installed.folders.serve ?? '', environment, { host: 'node' });
    expect(await (await fetch(`${serve.url}/readyz`)).json()).toMatchObject({ status: 'ready', build: id });
    const answer = await fetch(`${serve.url}/v1/listeners/${LISTENER}/discover-weekly`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { build, items, degraded } = (await answer.json()) as {
      build: string;
      items: unknown[];
      degraded: unknown[];
    };
    expect([answer.status, build, degraded]).toEqual([200, id, []]);
    expect(items.length).toBeGreaterThan(0);
  });
});
