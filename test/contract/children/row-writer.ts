/** Child of the crash tests: writes rows as fast as it can and prints the id of each once it is durable. */
import { writeSync } from 'node:fs';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';

const [path = '', round = ''] = process.argv.slice(2);
const rows = new LmdbRows(openLmdbEnvironment(path));

async function writer(number: number): Promise<never> {
  for (let i = 0; ; i++) {
    const id = `${round}.${number}.${i}`;
    const cells = ['live', 'control'].map((family) => ({
      key: `listener${number}`,
      family,
      qualifier: `e#${id}`,
      timestamp: i,
      value: `${id} ${'x'.repeat((i % 40) * 100)}`,
    }));
    if (number % 2 === 0) await rows.write('listeners', cells);
    else await rows.writeIfAbsent('listeners', cells);
    writeSync(1, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, number) => writer(number)));
