/** Runs the nightly build at its hour (UTC): what Cloud Scheduler does in the cloud. */

/** Milliseconds from `now` to the next time the clock shows `hour`:00 UTC. */
export function untilHour(hour: number, now: number): number {
  const at = new Date(now);
  const next = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), hour);
  return next > now ? next - now : next + 86_400_000 - now;
}

/** Calls `work` at every such hour until stopped; the next is planned when the last has ended. */
export function scheduleNightly(hour: number, now: () => number, work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const plan = () => {
    if (stopped) return;
    timer = setTimeout(() => void work().finally(plan), untilHour(hour, now()));
    timer.unref();
  };
  plan();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
