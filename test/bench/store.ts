/** Why the embedded rows live in LMDB: durable appends by 64 concurrent writers, and a row read of 50 cells. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { open } from 'lmdb';
import type { BenchResult } from './bench.ts';

const WRITERS = 64;
const WRITES_PER_WRITER = 50;
const BODY = Buffer.alloc(1024, 7);
const READS = 20_000;

/** Longest stretch in ms for which the event loop answered nobody while `work` ran. */
async function longestStall(work: () => Promise<void>): Promise<number> {
  let last = performance.now();
  let worst = 0;
  const tick = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last);
    last = now;
  }, 1);
  await work();
  clearInterval(tick);
  return worst;
}

async function writers(put: (n: number) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let i = 0; i < WRITES_PER_WRITER; i++) await put(writer * WRITES_PER_WRITER + i);
    }),
  );
}

async function measure(
  put: (n: number) => Promise<void>,
  readRow: (row: number) => number,
): Promise<Record<string, number>> {
  const started = performance.now();
  const stall = await longestStall(() => writers(put));
  const writeMs = performance.now() - started;
  const readStarted = performance.now();
  let cells = 0;
  for (let i = 0; i < READS; i++) cells += readRow(i % WRITERS);
  const readMs = performance.now() - readStarted;
  if (cells !== READS * WRITES_PER_WRITER) throw new Error(`read ${cells} cells`);
  return {
    'durable writes/s': Math.round((WRITERS * WRITES_PER_WRITER * 1000) / writeMs),
    'longest stall ms': Math.round(stall),
    'row reads/s': Math.round((READS * 1000) / readMs),
  };
}

/** Writes and reads the same through both stores, in a temporary directory. */
export async function benchStore(): Promise<BenchResult> {
  const directory = mkdtempSync(join(tmpdir(), 'segue-store-'));
  const lmdb = open<Buffer, number[]>({ path: join(directory, 'lmdb'), encoding: 'binary' });
  const ofLmdb = await measure(
    async (n) => {
      await lmdb.put([Math.floor(n / WRITES_PER_WRITER), n], BODY);
      await lmdb.flushed;
    },
    (row) => Array.from(lmdb.getRange({ start: [row], end: [row + 1] })).length,
  );

  const sqlite = new DatabaseSync(join(directory, 'sqlite'));
  sqlite.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE cells(r INT, c INT, body BLOB, PRIMARY KEY(r, c)) WITHOUT ROWID',
  );
  const insert = sqlite.prepare('INSERT INTO cells VALUES (?, ?, ?)');
  const select = sqlite.prepare('SELECT c, body FROM cells WHERE r = ?');
  let waiting: { n: number; done: () => void }[] = [];
  const commitGroup = () => {
    const group = waiting;
    waiting = [];
    sqlite.exec('BEGIN');
    for (const { n } of group) insert.run(Math.floor(n / WRITES_PER_WRITER), n, BODY);
    sqlite.exec('COMMIT');
    for (const { done } of group) done();
  };
  const ofSqlite = await measure(
    (n) =>
      new Promise((done) => {
        if (waiting.push({ n, done }) === 1) setImmediate(commitGroup);
      }),
    (row) => select.all(row).length,
  );
  await lmdb.close();
  sqlite.close();
  rmSync(directory, { recursive: true });
  return {
    name: 'store',
    parameters: { writers: WRITERS, 'writes each': WRITES_PER_WRITER, bytes: BODY.length },
    rows: [
      { store: 'lmdb', ...ofLmdb },
      { store: 'node:sqlite, one commit per tick', ...ofSqlite },
    ],
    summary: {},
  };
}
