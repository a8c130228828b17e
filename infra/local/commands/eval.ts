/** npm run eval: what the stages recommend, held against what was really listened to. */
import { resolve } from 'node:path';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import type { CatalogueItem } from '../../../shared/domain/item.ts';
import { DAY_MS } from '../../../shared/domain/time.ts';
import { InvalidInput, PermanentError } from '../../../shared/errors.ts';
import type { Difference } from '../../../shared/evaluation/bootstrap.ts';
import { renderCharacterTable, renderRows, renderTable, toRows } from '../../../shared/evaluation/report.ts';
import type { Evaluation } from '../../../shared/evaluation/results.ts';
import {
  renderFittedStep,
  renderSessions,
  toSessionRows,
} from '../../../shared/evaluation/session-report.ts';
import { readSplit } from '../../../shared/evaluation/split-file.ts';
import { findArtistTags } from '../../../shared/evaluation/split-knowledge.ts';
import { listenOf } from '../../../shared/evaluation/timeline.ts';
import {
  cutInstants,
  evaluateCuts,
  type JudgedCut,
  reachOfCut,
} from '../../../shared/evaluation/timeline-cuts.ts';
import { renderCuts, renderPairs } from '../../../shared/evaluation/timeline-report.ts';
import { importPaths } from '../../../shared/import/import.ts';
import type { TableRow } from '../../../shared/schema/tables.ts';
import { ablateSplit } from '../evaluate-ablation.ts';
import { evaluateDirectoryOffPolicy, offPolicyTable } from '../evaluate-off-policy.ts';
import { evaluatePrompts } from '../evaluate-prompts.ts';
import { evaluateSessionFile, fitSessionWeights } from '../evaluate-sessions.ts';
import { evaluateRandomSplits, evaluateSplitDirectory, readSplitKnowledge } from '../evaluate-split.ts';
import { knowledgeOf, type ListenerHistory, rankCut } from '../evaluate-timeline.ts';
import { readSettings } from '../settings.ts';
import { EXIT, print, runCommand, wholeNumber } from './command.ts';
import { writeReport } from './write-report.ts';

const K = 20;

const pathOf = (given: string) => resolve(process.env.INIT_CWD ?? '.', given);

/** Where the tags of a split are: as given, nowhere, or where they lie beside it. */
async function tagsOf(split: string, given: string | undefined): Promise<string | null> {
  if (given === 'none') return null;
  if (given !== undefined) return pathOf(given);
  const found = await findArtistTags(split);
  if (found !== null) print(`Tags of artists are those of ${found}; --tags none leaves them out.`);
  return found;
}

async function evaluateSplits(
  path: string,
  request: { readonly splits: number; readonly tags: string | undefined; readonly seed: number },
): Promise<Evaluation[]> {
  const { splits, tags, seed } = request;
  const settings = readSettings(process.env);
  const options = { tagDirectory: await tagsOf(path, tags), seed, tell: print };
  const evaluations =
    splits === 0
      ? await evaluateSplitDirectory(settings, path, options)
      : await evaluateRandomSplits(settings, path, { ...options, splits });
  print(renderPairs(evaluations, 'segue', { seed }));
  return evaluations;
}

async function printAblation(
  path: string,
  tags: string | undefined,
  seed: number,
  html: string | undefined,
): Promise<number> {
  const knowledge = await readSplitKnowledge(path, await tagsOf(path, tags), print);
  const ablated = await ablateSplit(readSettings(process.env), await readSplit(path), knowledge, seed);
  const show = ({ mean, low, high }: Difference) =>
    `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  const rows = ablated.map(({ part, ndcg, recall }) => [part, show(ndcg), show(recall)]);
  print(renderRows(['without', `change of NDCG@${K}`, `change of Recall@${K}`], rows));
  if (html !== undefined)
    await writeReport(pathOf(html), 'Ablation', ({ ablationSection }) => [
      ablationSection(
        `NDCG@${K}`,
        ablated.map(({ part, ndcg }) => ({ name: part, ...ndcg })),
      ),
    ]);
  return EXIT.done;
}

async function readHistory(paths: readonly string[]): Promise<ListenerHistory> {
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

interface TimelineRequest {
  readonly cuts: number;
  readonly from: number;
  readonly to: number;
  readonly days: number;
  readonly seed: number;
  /** Places of a list. */
  readonly k: number;
}

async function evaluateHistory(paths: readonly string[], request: TimelineRequest): Promise<Evaluation[]> {
  const { seed, days: testDays, k, ...span } = request;
  const history = await readHistory(paths);
  const listens = history.events.flatMap((event) => listenOf(event) ?? []);
  const judged: JudgedCut[] = [];
  for (const cutAt of cutInstants(listens, { ...span, testDays }))
    judged.push(await rankCut(readSettings(process.env), history, { cutAt, testDays, seed }));
  const reach = judged.map(reachOfCut);
  const total = (count: 'unheard' | 'reachable') => reach.reduce((sum, found) => sum + found[count], 0);
  print(
    `First plays in the windows: ${total('unheard')}, of recordings in the catalogue: ${total('reachable')}.`,
  );
  const evaluations = evaluateCuts(judged, { seed, k, ...knowledgeOf(history) });
  print(renderCuts(evaluations, ['repeat', 'discovery', 'reachable']));
  print(renderPairs(evaluations, 'segue', { seed }));
  return evaluations;
}

function shareOf(name: string, text: string | undefined, otherwise: number): number {
  const share = text === undefined ? otherwise : Number(text);
  if (!(share >= 0 && share <= 1))
    throw new InvalidInput([{ pointer: `--${name}`, detail: 'must lie between 0 and 1' }]);
  return share;
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

async function printSessions(path: string, seed: number, json: boolean): Promise<number> {
  const report = await evaluateSessionFile(readSettings(process.env), path, seed);
  print(renderSessions(report.evaluations, report.differences));
  if (json) print(JSON.stringify(toSessionRows(report.evaluations, report.differences)));
  return EXIT.done;
}

async function printFit(path: string): Promise<number> {
  await fitSessionWeights(readSettings(process.env), path, (step) => print(renderFittedStep(step)));
  return EXIT.done;
}

/** Weights above this are clipped unless another bound is given: a few rare choices would decide everything. */
const DEFAULT_CLIP = 100;

interface OffPolicyRequest {
  readonly days: number;
  readonly places: number;
  readonly clip: number;
  readonly seed: number;
  readonly json: boolean;
  readonly html: string | undefined;
}

async function printOffPolicy({ days, json, html, ...options }: OffPolicyRequest): Promise<number> {
  // A slate is told when its day for being played is over.
  const until = Date.now() - DAY_MS;
  const settings = readSettings(process.env);
  const range = { from: until - days * DAY_MS, until };
  const report = await evaluateDirectoryOffPolicy(settings, range, options);
  const table = offPolicyTable(report);
  print(renderRows(table.head, table.rows));
  for (const note of report.notes) print(note);
  if (json) print(JSON.stringify(report));
  if (html !== undefined)
    await writeReport(pathOf(html), 'Off-policy evaluation', () => [
      { title: 'Off-policy', notes: report.notes, table },
    ]);
  return EXIT.done;
}

await runCommand({
  usage:
    'npm run eval -- --split PATH [--tags DIR|none] | --timeline PATH [PATH…] | --sessions FILE [--fit] | --prompts [--held-out] | --off-policy',
  about:
    'Measures recommendations on data of your own. --split: a directory with train.txt and test.txt (user item item …, ' +
    'optionally .gz): the whole pipeline beside the usual baselines. --timeline: histories and catalogues as npm run ' +
    'import takes them, cut at several instants; everything before a cut trains a build, the days after it test it. ' +
    '--sessions: the last tenth of the sessions is test; after every track of each the whole catalogue is ranked for the next. ' +
    '--prompts: the set of ' +
    'prompts with checkable constraints, by the parser alone, on the generated catalogue. ' +
    '--off-policy: what other orders of what was served would have earned, from the impressions of the data directory.',
  options: {
    split: { type: 'string' },
    'random-splits': { type: 'string' },
    tags: { type: 'string' },
    ablate: { type: 'boolean' },
    timeline: { type: 'string' },
    cuts: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    days: { type: 'string' },
    k: { type: 'string' },
    sessions: { type: 'string' },
    fit: { type: 'boolean' },
    prompts: { type: 'boolean' },
    'held-out': { type: 'boolean' },
    'off-policy': { type: 'boolean' },
    places: { type: 'string' },
    clip: { type: 'string' },
    html: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
  },
  help: {
    split:
      'Directory of a split by listener; with --random-splits a file of pairs, `listener item plays` below a head.',
    'random-splits': 'Cut so many fresh splits out of the file, of seeds from --seed on, and judge by each.',
    tags: 'HetRec directory with the tags of the artists of --split, or none; without it the one that lies beside the split.',
    ablate: 'Instead of the baselines: the pipeline of --split without each of its parts.',
    timeline: 'History to split in time; more paths may follow.',
    cuts: 'Cuts at equal distances (default 12).',
    from: 'Share of the time before the first cut (default 0.5).',
    to: 'Share of the time before the last test ends (default 1).',
    k: `Places of a list that --timeline judges (default ${K}).`,
    days: 'Days of test after a cut, or of impressions (default 14).',
    sessions: 'File of sessions, one a line, track ids in the order of play, optionally .gz.',
    fit: 'Fit the weights of --sessions on a validation part of train instead; test is not looked at.',
    prompts: 'Evaluate prompted playlists.',
    'held-out': 'By the third that was held out, which nobody may have looked at.',
    'off-policy': 'Estimate other policies from logged propensities; stop the host first.',
    places: 'Places of a slate that --off-policy judges together (default 10).',
    clip: `Most that one logged choice may weigh (default ${DEFAULT_CLIP}).`,
    html: 'Write the report there as one HTML file, with plots.',
    seed: 'Of the bootstrap intervals and of random splits (default 1).',
    json: 'Print JSON beside the table.',
  },
  positionals: [0, 10_000],
  async run({ options, positionals }) {
    const seed = wholeNumber('seed', options.seed, 1);
    if (options.prompts === true)
      return printPrompts(options['held-out'] === true, seed, options.json === true);
    if (options['off-policy'] === true)
      return printOffPolicy({
        days: wholeNumber('days', options.days, 14, 1),
        places: wholeNumber('places', options.places, 10, 1),
        clip: wholeNumber('clip', options.clip, DEFAULT_CLIP, 1),
        seed,
        json: options.json === true,
        html: options.html,
      });
    const given = [options.split, options.timeline, options.sessions].filter((path) => path !== undefined);
    if (given.length !== 1)
      throw new InvalidInput([
        { pointer: '', detail: 'give one of --split, --timeline, --sessions, --prompts and --off-policy' },
      ]);
    if (options.fit === true && options.sessions === undefined)
      throw new InvalidInput([{ pointer: '--fit', detail: 'needs --sessions' }]);
    if (options.sessions !== undefined)
      return options.fit === true
        ? printFit(pathOf(options.sessions))
        : printSessions(pathOf(options.sessions), seed, options.json === true);
    if (options.ablate === true) {
      if (options.split === undefined || options['random-splits'] !== undefined)
        throw new InvalidInput([{ pointer: '--ablate', detail: 'needs --split with a directory' }]);
      return printAblation(pathOf(options.split), options.tags, seed, options.html);
    }
    const evaluations =
      options.split !== undefined
        ? await evaluateSplits(pathOf(options.split), {
            splits: wholeNumber('random-splits', options['random-splits'], 0, 1),
            tags: options.tags,
            seed,
          })
        : await evaluateHistory([options.timeline ?? '', ...positionals].map(pathOf), {
            cuts: wholeNumber('cuts', options.cuts, 12, 1),
            from: shareOf('from', options.from, 0.5),
            to: shareOf('to', options.to, 1),
            days: wholeNumber('days', options.days, 14, 1),
            seed,
            k: wholeNumber('k', options.k, K, 1),
          });
    print(renderTable(evaluations));
    const character = renderCharacterTable(evaluations);
    if (character !== '') print(`\n${character}`);
    if (options.html !== undefined)
      await writeReport(pathOf(options.html), 'Evaluation', ({ evaluationSections }) =>
        evaluationSections(evaluations),
      );
    if (options.json === true) print(JSON.stringify(toRows(evaluations)));
    return EXIT.done;
  },
});
