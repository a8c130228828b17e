/**
 * `node test/infra/gcp/cost/measure-turns.ts [items]`: what a turn takes of a core, and the catalogue of memory, in the
 * built bundle of sessions on the Functions Framework and Google's emulators. Needs /proc.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionAnswer } from '../../../../shared/api/session.ts';
import { generateSigningKey } from '../../../../shared/auth/key-file.ts';
import { issueToken, publicPart } from '../../../../shared/auth/tokens.ts';
import { createBigtableRows } from '../../../../shared/google/bigtable-rows.ts';
import { changePointer } from '../../../../shared/rows/pointer.ts';
import { listenerKey } from '../../../../shared/schema/rows.ts';
import { installBundles, PROJECT, startCloud, startFunction } from '../../../e2e/cloud/emulated-cloud.ts';
import { poolText, someLines } from '../../../functions/serve/pool-text.ts';
import { type ShardItem, shardTexts } from '../../../functions/serve/shard-text.ts';

const ITEMS = Number(process.argv[2] ?? 200_000);
const SHARD_ITEMS = 1000;
const BUILD = Date.UTC(2026, 10, 1);
const GENRES = ['rock', 'jazz', 'ambient', 'metal', 'disco', 'house', 'techno', 'folk', 'soul', 'pop'];
const PROMPTS = ['calm ambient evening', 'upbeat disco from the 80s', 'jazz without vocals'];
const SESSIONS = 60;
const TURNS = 150;
/** Of /proc/PID/stat. */
const MS_PER_TICK = 10;

const item = (i: number): ShardItem => ({
  item: `4uLU6hMCjMI75M1A${String(i).padStart(6, '0')}`,
  recording: `rec-${i}`,
  title: `Some longer title of number ${i}`,
  artist: `The artist ${i % 20_000}`,
  artistId: `artist-${i % 20_000}`,
  album: `Album ${i % 40_000}`,
  genres: [GENRES[i % 10] ?? '', GENRES[(i * 7) % 10] ?? ''],
  tempo: 60 + (i % 140),
  energy: (i % 100) / 100,
  valence: (i % 97) / 100,
  key: i % 12,
  mode: i % 2,
  year: 1960 + (i % 65),
  durationMs: 180_000 + (i % 90_000),
  popularity: i % 1000,
});

const [cloud, installed] = await Promise.all([startCloud(), installBundles(['sessions'])]);
const rows = createBigtableRows({
  project: PROJECT,
  instance: 'segue',
  appProfile: 'batch',
  emulatorHost: cloud.bigtable.address,
});
const cell = (key: string, qualifier: string, value: string) => ({
  key,
  family: 'build',
  qualifier,
  timestamp: BUILD,
  value,
});
for (const [key, text] of shardTexts(
  Array.from({ length: ITEMS }, (_, i) => item(i)),
  SHARD_ITEMS,
))
  await rows.write('pools', [cell(key, 'items', text)]);
const pool = poolText(someLines('track', 200, { evidence: 'c900' }));
await rows.write('listeners', [cell(listenerKey('ann'), 'pool', pool)]);
await changePointer(rows, Date.now(), () => ({ active: BUILD, accepted: [BUILD] }));

const key = await generateSigningKey();
const clock = { now: () => Date.now() };
const token = await issueToken({ key, principal: { kind: 'service' }, lifetimeSeconds: 3600, clock });
const sessions = await startFunction('sessions', installed.folders.sessions ?? '', {
  ...cloud.environment,
  SEGUE_KEYS: JSON.stringify([publicPart(key)]),
  SEGUE_LOG: 'error',
});

function cpuMs(): number {
  // utime and stime, counted from what follows the name in brackets.
  const fields = readFileSync(`/proc/${sessions.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

function peakMiB(): number {
  const status = readFileSync(`/proc/${sessions.child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function ask(path: string, body: unknown): Promise<SessionAnswer> {
  const answer = await fetch(`${sessions.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as SessionAnswer;
}

const begin = (id: string, i: number) =>
  ask('/v1/sessions', { sessionId: id, listenerId: 'ann', seed: { prompt: PROMPTS[i % 3] } });
const turn = (i: number) =>
  ask(`/v1/sessions/s${i % SESSIONS}/turns?listenerId=ann`, {
    turnId: `t${i}`,
    ...(i % 3 === 0 && { steer: 'more upbeat' }),
  });

async function measure(name: string, count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  const before = cpuMs();
  const took: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await work(i);
    took.push(performance.now() - started);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => Math.round(took[Math.floor(count * share)] ?? Number.NaN);
  console.log(
    `${name}: ${Math.round((cpuMs() - before) / count)} core-ms, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms; peak ${Math.round(peakMiB())} MiB`,
  );
}

try {
  console.log(`${ITEMS} items; started: ${cpuMs()} core-ms, peak ${Math.round(peakMiB())} MiB`);
  const started = performance.now();
  for (let i = 0; (await begin(`warm${i}`, i)).degraded.length > 0; i++) await sleep(1000);
  console.log(`first whole turn after ${Math.round(performance.now() - started)} ms, ${cpuMs()} core-ms`);
  await measure('begin', SESSIONS, (i) => begin(`s${i}`, i));
  await measure('turn', TURNS, turn);
} finally {
  await sessions.stop();
  await cloud.stop();
  installed.remove();
}
