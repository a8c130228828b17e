/** A clock for what runs at the same time and sleeps: when everything sleeps, it is the next waking's time at once. */

export interface VirtualClock {
  /** Epoch seconds. */
  now(): number;
  sleep(seconds: number): Promise<void>;
  /** Runs `count` branches at once, of which each sleeps by itself. */
  together(branches: readonly (() => Promise<void>)[]): Promise<void>;
}

export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  let running = 1;
  const sleepers: { readonly at: number; readonly order: number; readonly wake: () => void }[] = [];
  let order = 0;

  const advance = () => {
    if (running > 0) return;
    sleepers.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = sleepers.shift();
    if (next === undefined) return;
    now = Math.max(now, next.at);
    running += 1;
    next.wake();
  };
  const rest = () => {
    running -= 1;
    // What was woken but a moment ago goes first.
    queueMicrotask(advance);
  };

  return {
    now: () => now,
    sleep(seconds) {
      return new Promise<void>((wake) => {
        order += 1;
        sleepers.push({ at: now + seconds, order, wake });
        rest();
      });
    },
    async together(branches) {
      if (branches.length === 0) return;
      let left = branches.length;
      running += branches.length - 1;
      await Promise.all(
        branches.map(async (branch) => {
          try {
            await branch();
          } finally {
            left -= 1;
            // The last one hands over to who waits for all.
            if (left > 0) rest();
          }
        }),
      );
    },
  };
}
