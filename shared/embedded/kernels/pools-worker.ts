/** A thread of the pools kernel. */
import { parentPort, workerData } from 'node:worker_threads';
import { claimBlocks, type KernelJob } from './parallel.ts';
import { pools } from './pools.ts';
import type { PoolsInput } from './pools-input.ts';

const job = workerData as KernelJob<PoolsInput>;
claimBlocks(job, pools(job.input), (done) => {
  const { candidates, pools: texts } = done.output;
  parentPort?.postMessage(done, [
    candidates.buffer,
    texts.bytes.buffer,
    texts.offsets.buffer,
  ] as ArrayBuffer[]);
});
