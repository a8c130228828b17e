/** Imports the path given and prints how far resident memory grew after the first tenth of the events. */
import { importPaths } from '../../../shared/import/import.ts';

const [path = ''] = process.argv.slice(2);
const started = performance.now();
const run = importPaths([path], { listenerId: 'ada', receivedAt: Date.UTC(2024, 0, 1), onSkip: () => {} });
let events = 0;
let base = 0;
let peak = 0;
for await (const batch of run) {
  events += batch.filter(({ kind }) => kind === 'event').length;
  const rss = process.memoryUsage.rss();
  if (events < 15_000) base = rss;
  peak = Math.max(peak, rss);
}
const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
console.log(JSON.stringify({ events, growthMb: Math.round((peak - base) / 1e6), seconds }));
