/** npm run import: histories and catalogues that people own. */
import { resolve } from 'node:path';
import type { FileReport } from '../../../shared/import/report.ts';
import { sumReports } from '../../../shared/import/report.ts';
import type { ImportOutcome } from '../operations.ts';
import { EXIT, print, runCommand } from './command.ts';
import { withOperations } from './with-operations.ts';

function describeFile({
  path,
  member,
  format,
  problem,
  records,
  events,
  described,
  skipped,
  items,
}: FileReport): string {
  const name = member === undefined ? path : `${path}!${member}`;
  if (format === null) return `${name}: not imported: ${problem ?? 'not recognised'}`;
  const parts = [
    `${records} records`,
    `${events} events`,
    `${items} items`,
    `${described} described only`,
    `${skipped} skipped`,
  ];
  return `${name} (${format}): ${parts.join(', ')}${problem === null ? '' : `; ${problem}`}`;
}

function tell({ removed, imported: { report, skips } }: ImportOutcome): void {
  if (removed !== null)
    print(`Removed the generated community: ${removed.listeners} listeners and ${removed.items} items.`);
  for (const file of report.files) {
    print(describeFile(file));
    for (const [reason, count] of Object.entries(file.skippedByReason))
      print(`  ${count} skipped: ${reason}`);
    for (const [column, count] of Object.entries(file.badValues))
      print(`  ${count} values of ${column} out of range, left unknown`);
  }
  for (const { file, line, reason } of skips) print(`  ${file}:${line}: ${reason}`);
  if (report.podcasts !== null) {
    const { artists, shows } = report.podcasts;
    const plays = shows.reduce((sum, show) => sum + show.plays, 0);
    print(`Podcasts: ${shows.length} of ${artists} names are shows (${plays} plays):`);
    for (const show of shows) print(`  ${show.name}: ${show.plays} plays, told by its ${show.because}`);
  }
  const sums = sumReports(report);
  print(
    `In all: ${sums.records} records = ${sums.events} events + ${sums.described} described + ${sums.skipped} skipped.`,
  );
  print('The next build covers them: npm run rebuild.');
}

await runCommand({
  usage: 'npm run import -- PATH… [--listener ID]',
  about:
    'Imports files, directories and archives, recognised by content: Spotify account data and extended history, ' +
    'Last.fm CSV, ListenBrainz exports, HetRec Last.fm, CSVs of track or artist features; .gz and .zip too. ' +
    'Importing again changes nothing. The first import removes the generated community.',
  options: { listener: { type: 'string' }, json: { type: 'boolean' } },
  help: {
    listener: 'Whose history it is, where the files do not say (default: me).',
    json: 'Print the report as JSON.',
  },
  positionals: [1, 10_000],
  async run({ options, positionals }) {
    const outcome = await withOperations((operations) =>
      operations.importHistories({
        paths: positionals.map((path) => resolve(process.env.INIT_CWD ?? '.', path)),
        listenerId: options.listener ?? 'me',
      }),
    );
    if (options.json === true) print(JSON.stringify(outcome));
    else tell(outcome);
    const { files } = outcome.imported.report;
    return files.every(({ format }) => format === null) ? EXIT.refused : EXIT.done;
  },
});
