/** A thread of the pools kernel. */
import { parentPort, workerData } from 'node:worker_threads';
import { claimBlocks, type KernelJob } from './parallel.ts';
import { type PoolsInput, pools } from './pools.ts';

const job = workerData as KernelJob<PoolsInput>;
claimBlocks(job, pools(job.input), (done) => {
  const { candidates, pools: texts } = done.output;
  parentPort?.postMessage(done, [
    candidates.buffer,
    texts.bytes.buffer,
    texts.offsets.buffer,
  ] as ArrayBuffer[]);
});
