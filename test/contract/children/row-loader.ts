/** Worker thread of a test: loads rows through an environment of its own while the main thread serves. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLmdbEnvironment } from '../../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';

const { path, listeners } = workerData as { path: string; listeners: number };
const environment = openLmdbEnvironment(path);
const rows = new LmdbRows(environment);
const value = 'track\tscore\tfeatures\n'.repeat(800);
for (let i = 0; i < listeners; i += 100)
  await rows.write(
    'listeners',
    Array.from({ length: 100 }, (_, j) => ({
      key: `loaded${i + j}`,
      family: 'build',
      qualifier: 'pool',
      timestamp: 7,
      value,
    })),
  );
await environment.close();
parentPort?.postMessage('loaded');
