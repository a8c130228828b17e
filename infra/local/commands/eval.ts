/** npm run eval: what the stages recommend, held against what was really listened to. */
import { resolve } from 'node:path';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import type { CatalogueItem } from '../../../shared/domain/item.ts';
import { InvalidInput, PermanentError } from '../../../shared/errors.ts';
import { frequencyRanker, popularityRanker, recencyRanker } from '../../../shared/evaluation/baselines.ts';
import { rankByNeighbours, rankByPopularity } from '../../../shared/evaluation/rank-catalogue.ts';
import { renderRows, renderTable, toRows } from '../../../shared/evaluation/report.ts';
import type { Evaluation } from '../../../shared/evaluation/results.ts';
import { evaluateSplit } from '../../../shared/evaluation/split-evaluation.ts';
import { readSplit } from '../../../shared/evaluation/split-file.ts';
import { listenOf, splitTimeline } from '../../../shared/evaluation/timeline.ts';
import { evaluateTimeline } from '../../../shared/evaluation/timeline-evaluation.ts';
import { importPaths } from '../../../shared/import/import.ts';
import type { TableRow } from '../../../shared/schema/tables.ts';
import { neighboursOfSplit, pipelineRanker } from '../evaluate-pipeline.ts';
import { evaluatePrompts } from '../evaluate-prompts.ts';
import { readSettings } from '../settings.ts';
import { EXIT, print, runCommand, wholeNumber } from './command.ts';

const K = 20;

const pathOf = (given: string) => resolve(process.env.INIT_CWD ?? '.', given);

async function evaluateSplitDirectory(directory: string, seed: number): Promise<Evaluation[]> {
  const split = await readSplit(directory);
  const input = { train: split.train, itemCount: split.items.length, k: K };
  const neighbours = await neighboursOfSplit(readSettings(process.env), split);
  return [
    evaluateSplit('segue neighbours', rankByNeighbours(neighbours, input), split, { seed }),
    evaluateSplit('popularity', rankByPopularity(input), split, { seed }),
  ];
}

async function readHistory(paths: readonly string[]) {
  const events: ListeningEvent[] = [];
  const items: CatalogueItem[] = [];
  const features: TableRow[] = [];
  const receivedAt = Date.now();
  const run = importPaths(paths, { listenerId: 'me', receivedAt, onSkip: () => {} });
  for await (const batch of run)
    for (const imported of batch) {
      if (imported.kind === 'event') events.push(imported.event);
      else if (imported.kind === 'item') items.push(imported.item);
      else {
        const { kind, artistId, ...known } = imported;
        features.push({ ...known, artist_id: artistId, updated_at: receivedAt });
      }
    }
  for (const { path, problem } of run.report.files) if (problem !== null) print(`${path}: ${problem}`);
  if (events.length === 0) throw new PermanentError('No plays were found in these files.');
  return { events, items, features };
}

async function evaluateHistory(
  paths: readonly string[],
  { fraction, days, seed }: { fraction: number; days: number; seed: number },
): Promise<Evaluation[]> {
  const { events, items, features } = await readHistory(paths);
  const listens = events.flatMap((event) => listenOf(event) ?? []);
  const timeline = splitTimeline(listens, { fraction }, { testDays: days });
  print(
    `Train until ${new Date(timeline.cutAt).toISOString()}, test until ${new Date(timeline.testEnd).toISOString()}.`,
  );
  const segue = await pipelineRanker(readSettings(process.env), timeline, events, items, features);
  const rankers = [segue, popularityRanker(timeline), recencyRanker(timeline), frequencyRanker(timeline)];
  return evaluateTimeline(timeline, rankers, { seed, k: K });
}

function fractionOf(text: string | undefined): number {
  const fraction = text === undefined ? 0.8 : Number(text);
  if (!(fraction > 0 && fraction < 1))
    throw new InvalidInput([{ pointer: '--fraction', detail: 'must lie between 0 and 1' }]);
  return fraction;
}

async function printPrompts(heldOut: boolean, seed: number, json: boolean): Promise<number> {
  const report = await evaluatePrompts(heldOut ? 'held-out' : 'open', seed);
  const head = Object.keys(report.rows[0] ?? {});
  print(
    renderRows(
      head,
      report.rows.map((row) => head.map((name) => String(row[name] ?? ''))),
    ),
  );
  for (const failure of report.failures) print(`failed: ${failure}`);
  print(`Tracks outside the catalogue: ${report.outsideCatalogue}.`);
  const { moved, asked, still } = report.turns;
  print(`Refinements that moved what they ask about: ${moved} of ${asked}.`);
  for (const turn of still) print(`not moved: ${turn}`);
  if (json) print(JSON.stringify(report));
  return EXIT.done;
}

await runCommand({
  usage: 'npm run eval -- --split DIR | --timeline PATH [PATH…] | --prompts [--held-out]',
  about:
    'Measures recommendations on data of your own. --split: a directory with train.txt and test.txt (user item item …, ' +
    'optionally .gz); the neighbour stage ranks the whole catalogue. --timeline: histories and catalogues as npm run ' +
    'import takes them; everything before an instant trains a build, the days after it test it. --prompts: the set of ' +
    'prompts with checkable constraints, by the parser alone, on the generated catalogue.',
  options: {
    split: { type: 'string' },
    timeline: { type: 'string' },
    fraction: { type: 'string' },
    days: { type: 'string' },
    prompts: { type: 'boolean' },
    'held-out': { type: 'boolean' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
  },
  help: {
    split: 'Directory of a split by listener.',
    timeline: 'History to split in time; more paths may follow.',
    fraction: 'Share of the listens before the cut (default 0.8).',
    days: 'Days of test after the cut (default 14).',
    prompts: 'Evaluate prompted playlists.',
    'held-out': 'By the third that was held out, which nobody may have looked at.',
    seed: 'Of the bootstrap intervals (default 1).',
    json: 'Print JSON beside the table.',
  },
  positionals: [0, 10_000],
  async run({ options, positionals }) {
    const seed = wholeNumber('seed', options.seed, 1);
    if (options.prompts === true)
      return printPrompts(options['held-out'] === true, seed, options.json === true);
    if ((options.split === undefined) === (options.timeline === undefined))
      throw new InvalidInput([{ pointer: '', detail: 'give one of --split, --timeline and --prompts' }]);
    const evaluations =
      options.split !== undefined
        ? await evaluateSplitDirectory(pathOf(options.split), seed)
        : await evaluateHistory([options.timeline ?? '', ...positionals].map(pathOf), {
            fraction: fractionOf(options.fraction),
            days: wholeNumber('days', options.days, 14, 1),
            seed,
          });
    print(renderTable(evaluations));
    if (options.json === true) print(JSON.stringify(toRows(evaluations)));
    return EXIT.done;
  },
});
