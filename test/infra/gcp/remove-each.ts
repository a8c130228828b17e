/** `node test/infra/gcp/remove-each.ts`: removes each thing from each size in turn and tells which rule notices. */
import { resourcesOf, SIZES } from './examples.ts';
import { noticedBy, removalsFrom } from './removals.ts';

let unnoticed = 0;
for (const size of SIZES) {
  const removals = removalsFrom(await resourcesOf(size));
  for (const removal of removals) {
    const rules = noticedBy(removal);
    if (rules.length === 0) unnoticed += 1;
    console.log(
      `${size.padEnd(8)} ${rules.length === 0 ? 'UNNOTICED' : rules.join(', ').padEnd(30)}  ${removal.what}`,
    );
  }
  console.log(`${size}: ${removals.length} removed`);
}
console.log(unnoticed === 0 ? 'Every removal was noticed.' : `${unnoticed} removals were not noticed.`);
process.exitCode = unnoticed === 0 ? 0 : 1;
