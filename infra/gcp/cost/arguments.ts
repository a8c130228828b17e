/** The arguments of npm run cost: everything wrong with them is said at once, by the name of the option. */
import { parseArgs } from 'node:util';
import { PRESETS, type Size } from '../sizes.ts';
import {
  DEFAULT_WORKLOAD,
  type Deployment,
  deploymentOf,
  sizeFor,
  type Workload,
  workloadOf,
} from './workload.ts';

export interface Asked {
  readonly help: boolean;
  readonly json: boolean;
  /** Rewrite the tables of docs/cost.md instead. */
  readonly document: boolean;
  readonly workload: Workload;
  readonly deployment: Deployment;
}

/** Every problem of the arguments, one a line. */
export class ArgumentsError extends Error {
  override readonly name = 'ArgumentsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const LOADS = ['direct', 'dataflow', 'reverse-etl'] as const;
type Load = (typeof LOADS)[number];

const OPTIONS = {
  listeners: { type: 'string' },
  'plays-per-day': { type: 'string' },
  'plays-per-request': { type: 'string' },
  'answers-per-day': { type: 'string' },
  'turns-per-day': { type: 'string' },
  'calls-per-day': { type: 'string' },
  'catalogue-items': { type: 'string' },
  peak: { type: 'string' },
  'history-days': { type: 'string' },
  size: { type: 'string' },
  load: { type: 'string' },
  gemini: { type: 'boolean' },
  json: { type: 'boolean' },
  document: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
type Option = keyof typeof OPTIONS;

export const HELP = `What Segue costs a month on Google Cloud: a model over list prices (docs/cost.md), never a bill.

Usage: npm run cost -- --listeners N [--plays-per-day M] [--size dev|team|internet] [--json]

  --listeners N          Who listen every day. Required.
  --plays-per-day M      Listens of each, skips included (default ${DEFAULT_WORKLOAD.playsPerDay}).
  --plays-per-request M  Listens that arrive in one request (default ${DEFAULT_WORKLOAD.playsPerRequest}).
  --answers-per-day M    Ranked answers to each (default ${DEFAULT_WORKLOAD.answersPerDay}).
  --turns-per-day M      Turns of sessions (default ${DEFAULT_WORKLOAD.turnsPerDay}).
  --calls-per-day M      Calls of the agent's tools (default ${DEFAULT_WORKLOAD.callsPerDay}).
  --catalogue-items N    Items that are listened to (default ${DEFAULT_WORKLOAD.catalogueItems}).
  --peak M               The busiest hour over the mean (default ${DEFAULT_WORKLOAD.peak}).
  --history-days N       Age of the deployment (default: the size's retention, or 365 where it keeps everything).
  --size S               dev, team or internet (default: by the listeners).
  --load L               direct, dataflow or reverse-etl (default: as the size loads).
  --gemini               A model reads prompts (default: they are parsed).
  --json                 Everything as JSON.
  --document             Rewrite the tables of docs/cost.md, and print nothing.
  --help                 Print this.
`;

/** Reads the arguments after the command's name. Throws ArgumentsError with every problem. */
export function readArguments(args: readonly string[]): Asked {
  const problems: string[] = [];
  const { values, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const help = values.help === true;
  const unknown = tokens.filter((token) => token.kind === 'option' && !Object.hasOwn(OPTIONS, token.name));
  for (const token of tokens)
    if (token.kind === 'option' && unknown.includes(token))
      problems.push(`${token.rawName}: there is no such option`);
    else if (token.kind === 'positional' && !unknown.some(({ index }) => index === token.index - 1))
      problems.push(`${token.value}: an option was expected`);

  const text = (name: Option): string | undefined => {
    const value = values[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value;
    problems.push(`--${name}: a value is missing`);
    return undefined;
  };
  const number = (name: Option, least: number, kind: 'whole' | 'any'): number | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    const value = given.trim() === '' ? Number.NaN : Number(given.replaceAll('_', ''));
    const isRight = kind === 'whole' ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (isRight && value >= least) return value;
    problems.push(`--${name}: must be a ${kind === 'whole' ? 'whole ' : ''}number, ${least} or more`);
    return undefined;
  };
  const oneOf = <T extends string>(name: Option, allowed: readonly T[]): T | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    const found = allowed.find((value) => value === given);
    if (found === undefined) problems.push(`--${name}: must be one of ${allowed.join(', ')}`);
    return found;
  };

  const listeners = number('listeners', 0, 'whole');
  const document = values.document === true;
  if (values.listeners === undefined && !help && !document) problems.push('--listeners: must be given');
  const size = oneOf<Size>('size', Object.keys(PRESETS) as Size[]) ?? sizeFor(listeners ?? 0);
  const load = oneOf<Load>('load', LOADS);
  const given = withoutUndefined({
    playsPerDay: number('plays-per-day', 0, 'any'),
    playsPerRequest: number('plays-per-request', 1, 'any'),
    answersPerDay: number('answers-per-day', 0, 'any'),
    turnsPerDay: number('turns-per-day', 0, 'any'),
    callsPerDay: number('calls-per-day', 0, 'any'),
    catalogueItems: number('catalogue-items', 0, 'whole'),
    peak: number('peak', 1, 'any'),
    historyDays: number('history-days', 1, 'whole'),
  });
  if (problems.length > 0 && !help) throw new ArgumentsError(problems);
  const hasModel = values.gemini === true;
  const deployment = deploymentOf(size, { hasModel, ...(load !== undefined && { load }) });
  const workload = workloadOf({ listeners: listeners ?? 0, ...given }, deployment);
  return { help, json: values.json === true, document, workload, deployment };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}
