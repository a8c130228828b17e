/** Child of the crash tests: publishes and handles messages; prints `p <data>` and `d <data>` as each is done. */
import { writeSync } from 'node:fs';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbTopics } from '../../../shared/embedded/lmdb-topics.ts';
import { ACK } from '../../../shared/ports/topics.ts';

const [path = '', round = ''] = process.argv.slice(2);
const topics = new LmdbTopics(openLmdbEnvironment(path), {
  clock: { now: () => Date.now() },
  random: Math.random,
  backoff: { baseMs: 1, capMs: 10 },
});

topics.subscribe(
  'update-signals',
  async (batch) => {
    writeSync(1, batch.map(({ data }) => `d ${data}\n`).join(''));
    return batch.map(({ attempt }) =>
      attempt === 1 && Math.random() < 0.05 ? { kind: 'retry', reason: 'by chance' } : ACK,
    );
  },
  { maxBatch: 20 },
);

async function publisher(key: string): Promise<never> {
  for (let i = 0; ; i += 3) {
    const data = [i, i + 1, i + 2].map((n) => `${key} ${round}.${String(n).padStart(7, '0')}`);
    await topics.publish(
      'listens',
      data.map((text) => ({ orderingKey: key, data: text })),
    );
    writeSync(1, data.map((text) => `p ${text}\n`).join(''));
  }
}

await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(publisher));
