/** A thread of the pools kernel. */
import { parentPort, workerData } from 'node:worker_threads';
import { claimBlocks, type KernelJob } from './parallel.ts';
import { type PoolsInput, pools } from './pools.ts';

const job = workerData as KernelJob<PoolsInput>;
claimBlocks(job, pools(job.input), (done) => parentPort?.postMessage(done));
