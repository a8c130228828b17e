/** A thread of the co-listening kernel. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CoListeningInput, coListening } from './co-listening.ts';
import { claimBlocks, type KernelJob } from './parallel.ts';

const job = workerData as KernelJob<CoListeningInput>;
claimBlocks(job, coListening(job.input), (done) => {
  const { ids, neighbours, scores, places } = done.output;
  parentPort?.postMessage(done, [
    ids.buffer,
    neighbours.buffer,
    scores.buffer,
    places.buffer,
  ] as ArrayBuffer[]);
});
