/** `node test/infra/gcp/remove-each.ts`: removes each thing from each size in turn and tells which rule notices. */
import { resourcesOf, SIZES } from './examples.ts';
import { noticedBy, removalsFrom } from './removals.ts';

let unnoticed = 0;
for (const size of SIZES) {
  const resources = await resourcesOf(size);
  const counts = new Map<string, number>();
  console.log(`\n${size}: ${resources.length} resources\n`);
  console.log(`${'removed'.padEnd(92)} noticed by`);
  for (const removal of removalsFrom(resources)) {
    const rules = noticedBy(removal);
    if (rules.length === 0) unnoticed += 1;
    counts.set(removal.kind, (counts.get(removal.kind) ?? 0) + 1);
    console.log(`${`${removal.kind}: ${removal.what}`.padEnd(92)} ${rules.join(', ') || 'NOBODY'}`);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kind, count]) => `${count} × ${kind}`);
  console.log(`\n${size}: ${total} removed (${kinds.join(', ')})`);
}
console.log(unnoticed === 0 ? '\nEvery removal was noticed.' : `\n${unnoticed} removals were not noticed.`);
process.exitCode = unnoticed === 0 ? 0 : 1;
