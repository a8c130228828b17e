/** SIGKILL at any moment, again and again: nothing acknowledged is lost, nothing is double, no answer is a mix. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Build } from '../../functions/rebuild/builds.ts';
import { BloomFilter } from '../../shared/domain/bloom.ts';
import { cutoffOf } from '../../shared/domain/build-id.ts';
import { parseCandidates } from '../../shared/domain/candidate.ts';
import { createRandom } from '../../shared/random.ts';
import { decodeLiveEvents } from '../../shared/rows/live-events.ts';
import { readableBuilds } from '../../shared/rows/pointer.ts';
import { listenerKey } from '../../shared/schema/rows.ts';
import { eventually, pause, spawnHost, startHost, temporaryFolder } from './host-process.ts';
import { LISTENERS, ListeningClient, type Observed } from './listening-client.ts';
import { type RowStores, readPointers, withRows, withWarehouse } from './stopped-stores.ts';

/** Fewer for a quick look (the breaking script does so); what counts is the default. */
const ROUNDS = Number(process.env.SEGUE_KILL_ROUNDS ?? 52);
const SEED = Number(process.env.SEGUE_KILL_SEED ?? 20_261_101);
/** A pointer is stamped just before it is written, and may be seen that much later. */
const STAMP_SLACK_MS = 1_000;
const ENVIRONMENT = { SEGUE_COMMUNITY: 'off' };

interface Built {
  /** Items that an answer resting on this build may name. */
  readonly candidates: ReadonlySet<string>;
  readonly heard: BloomFilter;
}

async function readBuilt(
  { rows }: RowStores,
  build: number,
  listenerId: string,
  seeds: readonly string[],
): Promise<Built> {
  const at = { family: 'build', timestamps: [build] };
  const cells = (await rows.read('listeners', listenerKey(listenerId), [at]))?.cells ?? [];
  const text = (qualifier: string) => cells.find((cell) => cell.qualifier === qualifier)?.value ?? '';
  const others = [
    await rows.read('pools', 'popular#track', [at]),
    ...(await rows.readMany('catalog', seeds, [at])),
  ];
  const pools = [text('pool'), ...others.flatMap((row) => row?.cells.map(({ value }) => value) ?? [])];
  const candidates = pools.flatMap((pool) => parseCandidates(pool).map(({ itemId }) => itemId));
  return { candidates: new Set(candidates), heard: BloomFilter.parse(text('heard')) };
}

/** Each answer is of a build that served while it was asked for, and says nothing that this build does not. */
async function checkAnswers(stores: RowStores, observed: readonly Observed[], client: ListeningClient) {
  const pointers = await readPointers(stores.rows);
  const said = new Map<string, Built>();
  const played = Map.groupBy(client.sent.values(), ({ listenerId }) => listenerId);
  for (const { listenerId, askedAt, answeredAt, answer } of observed) {
    const build = cutoffOf(answer.build ?? '');
    const served = pointers.filter(
      ({ at }, i) =>
        at <= answeredAt && (pointers[i + 1]?.at ?? Number.POSITIVE_INFINITY) + STAMP_SLACK_MS >= askedAt,
    );
    expect(served.map(({ pointer }) => readableBuilds(pointer)[0])).toContain(build);
    expect([answer.degraded, answer.basis]).toEqual([[], 'build']);

    const key = `${build} ${listenerId}`;
    const seeds = () => [...new Set((played.get(listenerId) ?? []).map(({ itemId }) => itemId))];
    const { candidates, heard } =
      said.get(key) ?? (await readBuilt(stores, Number(build), listenerId, seeds()));
    said.set(key, { candidates, heard });
    for (const { itemId, recordingId } of answer.items) {
      expect(candidates).toContain(itemId);
      expect(heard.has(recordingId)).toBe(false);
    }
  }
}

/** The row holds every acknowledged event once, as it was sent, and none that was never sent. */
async function readLiveIds({ rows }: RowStores, client: ListeningClient): Promise<Map<string, string>> {
  const listenerOf = new Map<string, string>();
  for (const listenerId of LISTENERS) {
    const row = await rows.read('listeners', listenerKey(listenerId), [{ family: 'live', versions: 'all' }]);
    const { events, corrupted } = decodeLiveEvents(listenerId, row?.cells ?? []);
    expect(corrupted).toEqual([]);
    for (const event of events) {
      const { type, itemId, occurredAt, durationMs, msPlayed } = event;
      expect(client.sent.get(event.eventId)).toMatchObject({
        listenerId,
        type,
        itemId,
        occurredAt,
        durationMs,
        ...(msPlayed !== null && { msPlayed }),
      });
      expect(listenerOf.has(event.eventId)).toBe(false);
      listenerOf.set(event.eventId, listenerId);
    }
  }
  return listenerOf;
}

describe(`a host that is killed ${ROUNDS} times`, () => {
  it('loses and doubles nothing, answers from one accepted build, and is ready again without repair', async () => {
    const directory = temporaryFolder();
    const random = createRandom(SEED, 'kill');
    const client = new ListeningClient(createRandom(SEED, 'client'), Date.now);
    const readyIn: number[] = [];
    const interrupted = { starts: 0, builds: 0 };

    // The first host is killed with the first histories just acknowledged, before anything was built.
    let host = await startHost(directory, ENVIRONMENT);
    for (const batch of client.seedBatches()) expect(await client.post(host, batch)).toBe(true);
    await host.kill();

    for (let round = 1; round < ROUNDS; round++) {
      if (round % 7 === 3) {
        const starting = spawnHost(directory, ENVIRONMENT);
        await Promise.race([pause(random.int(1_500)), starting.ended]);
        expect((await starting.kill()).code, starting.output.stderr).toBeNull();
        interrupted.starts++;
        continue;
      }
      const started = performance.now();
      host = await startHost(directory, ENVIRONMENT);
      readyIn.push(performance.now() - started);
      expect((await host.fetch('/readyz')).status).toBe(200);
      let isOver = false;
      const using = client.use(host, () => isOver);
      let building = false;
      if (random.chance(0.7)) {
        building = true;
        const operations = await host.operations();
        void operations.rebuild({ accept: ['volume', 'psi'], publish: true }).then(
          () => {
            building = false;
          },
          // The host dies under it, which is the point.
          () => undefined,
        );
      }
      await pause(50 + random.int(1_600));
      if (building) interrupted.builds++;
      isOver = random.chance(0.3);
      await host.kill();
      await using;
      const { observed } = client;
      client.observed = [];
      await withRows(directory, (stores) => checkAnswers(stores, observed, client));
    }
    expect(client.unexpected).toEqual([]);

    // What was left unfinished is finished first, so one more build may be needed to cover the end.
    host = await startHost(directory, ENVIRONMENT);
    const operations = await host.operations();
    const lastAck = Date.now();
    let build: Build;
    do build = await operations.rebuild({ accept: ['volume', 'psi'], publish: true });
    while (build.cutoff <= lastAck);
    expect(build.status).toBe('published');
    const { backlog, deadLetters } = await eventually(
      () => operations.status(),
      (status) => Object.values(status.backlog).every(({ messages }) => messages === 0),
      20_000,
    );
    expect([deadLetters, Object.keys(backlog).length]).toEqual([0, 5]);
    expect((await host.stop()).code).toBe(0);

    const live = await withRows(directory, (stores) => readLiveIds(stores, client));
    expect(client.acknowledged.difference(live)).toEqual(new Set());
    await withWarehouse(directory, async (warehouse) => {
      const space = await warehouse.openBuild(build.id);
      const counted = await space.query(
        `SELECT u.listener_id, e.event_id, COUNT(*) AS times
         FROM (SELECT lid, event_id FROM listening UNION ALL SELECT lid, event_id FROM feedback) AS e
         JOIN listeners AS u ON u.lid = e.lid
         GROUP BY u.listener_id, e.event_id`,
      );
      const [repeats] = await space.query(
        'SELECT COUNT(*) AS events, COUNTIF(conflict) AS conflicts FROM repeated_events',
      );
      await space.close();
      expect(counted.filter(({ times }) => times !== 1)).toEqual([]);
      // What the row holds is what the build holds: neither more nor less, and the same listener's.
      expect(new Map(counted.map((row) => [String(row.event_id), String(row.listener_id)]))).toEqual(live);
      // Otherwise the dedupe had nothing to do, and the test would prove little.
      expect(repeats?.events).toBeGreaterThan(0);
      expect(repeats?.conflicts).toBe(0);
    });
    expect(existsSync(`${directory}/admin.sock`)).toBe(false);

    readyIn.sort((a, b) => a - b);
    const median = Math.round(readyIn[readyIn.length >> 1] ?? 0);
    console.info(
      `${ROUNDS} kills, ${interrupted.starts} of them while starting and ${interrupted.builds} while building; ` +
        `${client.acknowledged.size} of ${client.sent.size} events acknowledged; ready again in ${median} ms (median), ` +
        `${Math.round(readyIn.at(-1) ?? 0)} ms at most.`,
    );
  });
});
