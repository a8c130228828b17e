/** Child of the disk-full test: runs with a small file-size limit, which its parent lifts on `full`. */
import { once } from 'node:events';
import { LmdbDocuments } from '../../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import { LmdbTopics } from '../../../shared/embedded/lmdb-topics.ts';
import { messageOf, TransientError } from '../../../shared/errors.ts';
import { ACK } from '../../../shared/ports/topics.ts';

const environment = openLmdbEnvironment(process.argv[2] ?? '');
const rows = new LmdbRows(environment);
const documents = new LmdbDocuments(environment);
const topics = new LmdbTopics(environment, {
  clock: { now: () => Date.now() },
  random: Math.random,
  backoff: { baseMs: 5, capMs: 50 },
});
const send = (report: object) => process.send?.(report);

/** Rows and messages of one number are written together; returns what was refused. */
async function write(n: number): Promise<unknown[]> {
  const key = `k${n}`;
  const cells = [0, 1, 2].map((q) => ({
    key,
    family: 'live',
    qualifier: `q${q}`,
    timestamp: n,
    value: 'x'.repeat(9_000),
  }));
  const results = await Promise.allSettled([
    rows.write('listeners', cells),
    topics.publish(
      'listens',
      [0, 1, 2].map((i) => ({ orderingKey: key, data: `${key}.${i}${' '.repeat(9_000)}` })),
    ),
    documents.put('sessions', key, 'x'.repeat(9_000)),
  ]);
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}

const delivered: string[] = [];
topics.subscribe('update-signals', async (batch) => {
  delivered.push(...batch.map(({ data }) => data.trim()));
  return batch.map(() => ACK);
});

let n = 0;
let errors: unknown[] = [];
while (errors.length === 0) errors = await write(n++);
const failed = n - 1;
const again = await write(failed);
const half = (await rows.read('listeners', `k${failed}`))?.cells.length ?? 0;
send({
  full: true,
  areTransient: [...errors, ...again].every((error) => error instanceof TransientError),
  message: messageOf(errors[0]),
  half,
  document: await documents.get('sessions', `k${failed}`),
});
await once(process, 'message');
const afterwards = await write(failed);
await topics.settled('update-signals');
let complete = 0;
for await (const { cells } of rows.scan('listeners')) complete += Number(cells.length === 3);
send({
  recovered: afterwards.map(messageOf),
  complete,
  written: n,
  delivered: new Set(delivered).size,
  dead: (await topics.deadLetters()).length,
});
await topics.close();
await environment.close();
process.disconnect?.();
