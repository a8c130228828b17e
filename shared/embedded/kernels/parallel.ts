/** Runs a kernel in worker threads that claim blocks of ids from one shared counter. */
import { Worker } from 'node:worker_threads';

export interface KernelJob<Input> {
  readonly input: Input;
  /** Ids 1..count are claimed in blocks. */
  readonly count: number;
  readonly block: number;
  /** One shared counter: the next unclaimed block. */
  readonly next: Int32Array;
}

export interface BlockDone<Output> {
  readonly block: number;
  readonly output: Output;
}

/**
 * Starts `threads` workers of the module at `url` on the ids 1..count and hands every block's output to `take`,
 * in block order. Rejects with the first worker error.
 */
export async function runKernel<Input, Output>(
  url: URL,
  input: Input,
  size: { count: number; block: number; threads: number },
  take: (output: Output) => void,
): Promise<void> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const early = new Map<number, Output>();
  let expected = 0;
  const deliver = ({ block, output }: BlockDone<Output>) => {
    early.set(block, output);
    for (let ready = early.get(expected); ready !== undefined; ready = early.get(expected)) {
      early.delete(expected);
      expected += 1;
      take(ready);
    }
  };
  const job: KernelJob<Input> = { input, count: size.count, block: size.block, next };
  const workers = Array.from({ length: size.threads }, () => new Worker(url, { workerData: job }));
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.on('message', (message: BlockDone<Output>) => {
              try {
                deliver(message);
              } catch (error) {
                reject(error);
              }
            });
            worker.on('error', reject);
            worker.on('exit', (code) =>
              code === 0 ? resolve() : reject(new Error(`A kernel thread ended with code ${code}.`)),
            );
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  if (expected !== Math.ceil(size.count / size.block)) throw new Error('A kernel left blocks undone.');
}

/** Inside a worker: claims blocks until none is left; `compute` gets first and last id of a block, inclusive. */
export function claimBlocks<Input, Output>(
  job: KernelJob<Input>,
  compute: (first: number, last: number) => Output,
  send: (done: BlockDone<Output>) => void,
): void {
  const blocks = Math.ceil(job.count / job.block);
  for (;;) {
    const block = Atomics.add(job.next, 0, 1);
    if (block >= blocks) return;
    const first = block * job.block + 1;
    send({ block, output: compute(first, Math.min(job.count, first + job.block - 1)) });
  }
}
