/** npm run simulate: policies compared in closed loop on simulated listeners, and those held against real ones. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInput } from '../../../shared/errors.ts';
import { renderRows } from '../../../shared/evaluation/report.ts';
import { type Figures, spread } from '../../../shared/simulation/closed-loop-figures.ts';
import { LOOP_PARAMETERS } from '../../../shared/simulation/closed-loop-parameters.ts';
import { REAL_FIGURES, SOURCES } from '../../../shared/simulation/closed-loop-real-figures.ts';
import type { LoopSize } from '../../../shared/simulation/closed-loop-world.ts';
import { CALIBRATED_SIZE, LOOP_SIZE, LOOP_START, POLICY_NAMES, runPolicies } from '../closed-loop.ts';
import { alignmentFigures } from '../closed-loop-alignment.ts';
import {
  realArtistPlays,
  realHistoryFigures,
  realSessionFigures,
  simulatedFigures,
} from '../closed-loop-calibration.ts';
import { renderRatios, renderSummary } from '../closed-loop-table.ts';
import { readSettings } from '../settings.ts';
import { EXIT, print, runCommand, wholeNumber } from './command.ts';
import { writeReport } from './write-report.ts';

const pathOf = (given: string) => resolve(process.env.INIT_CWD ?? '.', given);

interface RealData {
  readonly plays?: string | undefined;
  readonly artists?: string | undefined;
  readonly sessions?: string | undefined;
}

/** Figures of the data at hand; what is not at hand is not in them. */
async function figuresOfData(data: RealData, size: LoopSize, seed: number): Promise<Figures> {
  const now = Date.now();
  const engine = readSettings(process.env);
  const figures: Record<string, number> = {};
  if (data.plays !== undefined) Object.assign(figures, await realHistoryFigures([pathOf(data.plays)], now));
  if (data.sessions !== undefined) Object.assign(figures, await realSessionFigures(pathOf(data.sessions)));
  if (data.artists === undefined) return figures;
  const plays = await realArtistPlays([pathOf(data.artists)], now);
  const totals = new Map<string, number>();
  for (const own of plays.values())
    for (const [artist, count] of own) totals.set(artist, (totals.get(artist) ?? 0) + count);
  return {
    ...figures,
    ...spread('artists', totals),
    ...(await alignmentFigures(engine, plays, size.listeners, seed)),
  };
}

/** Prints the published figures, those of the data at hand and the simulator's, and whether it comes near. */
async function calibrate(data: RealData, size: LoopSize, seed: number): Promise<number> {
  const measured = await figuresOfData(data, size, seed);
  const simulated = await simulatedFigures(readSettings(process.env), size, LOOP_PARAMETERS, {
    seed,
    startAt: LOOP_START,
  });
  const show = (value: number | undefined) => value?.toFixed(3) ?? '–';
  let differ = 0;
  const rows = REAL_FIGURES.map(({ name, meaning, value, tolerance }) => {
    const agrees = Math.abs((simulated[name] ?? Number.NaN) - value) <= tolerance;
    differ += agrees ? 0 : 1;
    return [
      name,
      meaning,
      show(value),
      show(measured[name]),
      show(simulated[name]),
      `±${tolerance}`,
      agrees ? 'agrees' : 'differs',
    ];
  });
  print(renderRows(['figure', 'meaning', 'real', 'your data', 'simulated', 'tolerance', ''], rows));
  for (const [source, words] of Object.entries(SOURCES))
    print(
      `${source}: ${words} (${REAL_FIGURES.filter((figure) => figure.source === source).length} figures).`,
    );
  print(`${REAL_FIGURES.length - differ} of ${REAL_FIGURES.length} agree.`);
  return EXIT.done;
}

function policiesOf(text: string | undefined): readonly string[] {
  if (text === undefined) return ['popularity', 'segue'];
  if (text === 'all') return POLICY_NAMES;
  const wanted = text.split(',').map((name) => name.trim());
  for (const name of wanted)
    if (!POLICY_NAMES.includes(name))
      throw new InvalidInput([
        { pointer: '--policies', detail: `knows no ${name}; there are ${POLICY_NAMES.join(', ')}` },
      ]);
  return wanted;
}

await runCommand({
  usage:
    'npm run simulate -- [--policies NAME,NAME|all] [--json PATH] [--html PATH] | --calibrate [--plays PATH] …',
  about:
    'Policies in closed loop: listeners with hidden tastes respond to what they are served, and the policy learns from ' +
    'their events, week after week. Prints measures by policy with 95% intervals over seeds. --calibrate runs no policy ' +
    'and holds the simulated listening against real figures.',
  options: {
    calibrate: { type: 'boolean' },
    plays: { type: 'string' },
    artists: { type: 'string' },
    sessions: { type: 'string' },
    policies: { type: 'string' },
    seeds: { type: 'string' },
    weeks: { type: 'string' },
    listeners: { type: 'string' },
    tracks: { type: 'string' },
    json: { type: 'string' },
    html: { type: 'string' },
  },
  help: {
    calibrate: 'Compare the simulator with real figures instead.',
    plays: 'With --calibrate: a history of your own, as npm run import takes it.',
    artists: 'With --calibrate: plays by listener and artist, as npm run import takes them.',
    sessions: 'With --calibrate: a file of sessions, one a line, of track ids; plain or .gz.',
    policies: `Of ${POLICY_NAMES.join(', ')}; all of them: all (default popularity,segue).`,
    seeds: 'How many communities, seeded 1, 2, … (default 5).',
    weeks: `Weeks that are measured (default ${LOOP_SIZE.weeks}).`,
    listeners: `Of each community (default ${LOOP_SIZE.listeners}).`,
    tracks: `Of each catalogue (default ${LOOP_SIZE.tracks}).`,
    json: 'Write the result to this file.',
    html: 'Write the report there as one HTML file, with plots.',
  },
  async run({ options }) {
    if (options.calibrate === true) return calibrate(options, CALIBRATED_SIZE, 1);
    const size: LoopSize = {
      ...LOOP_SIZE,
      weeks: wholeNumber('weeks', options.weeks, LOOP_SIZE.weeks, 1),
      listeners: wholeNumber('listeners', options.listeners, LOOP_SIZE.listeners, 2),
      tracks: wholeNumber('tracks', options.tracks, LOOP_SIZE.tracks, 100),
    };
    const policies = policiesOf(options.policies);
    const seeds = wholeNumber('seeds', options.seeds, 5, 1);
    const result = await runPolicies(readSettings(process.env), { size, policies, seeds }, (line) =>
      process.stderr.write(`${line}\n`),
    );
    if (options.json !== undefined) await writeFile(pathOf(options.json), `${JSON.stringify(result)}\n`);
    if (options.html !== undefined)
      await writeReport(pathOf(options.html), 'Closed loop', ({ closedLoopSection }) => [
        closedLoopSection(result),
      ]);
    print(renderSummary(result));
    print();
    print(renderRatios(result));
    return EXIT.done;
  },
});
