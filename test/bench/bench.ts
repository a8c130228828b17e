/** npm run bench: what is fast is measured here and nowhere else. Prints a table and JSON. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

export interface BenchResult {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly summary: Readonly<Record<string, unknown>>;
}

const HELP = `Measures Segue on this machine and prints a table and JSON.

Usage: npm run bench -- rebuild [--plays N] [--listeners N] [--tracks N] [--threads N] [--memory 4GB]
       npm run bench -- serve [--seconds N]
       npm run bench -- ingest [--seconds N]
       npm run bench -- bloom [--items N]
       npm run bench -- search [--items N]
       npm run bench -- shuffle
       npm run bench -- store
       npm run bench -- cloud [--runs N] [--seconds N]   (Google's emulators; Linux)
`;

const OPTIONS = {
  plays: { type: 'string' },
  listeners: { type: 'string' },
  tracks: { type: 'string' },
  threads: { type: 'string' },
  memory: { type: 'string' },
  seconds: { type: 'string' },
  runs: { type: 'string' },
  items: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function whole(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number, 1 or more.`);
  return value;
}

async function run(
  name: string | undefined,
  values: Record<string, string | boolean | undefined>,
): Promise<BenchResult> {
  const text = (option: string) => values[option] as string | undefined;
  switch (name) {
    case 'rebuild':
      return (await import('./rebuild.ts')).benchRebuild({
        plays: whole('plays', text('plays'), 1_000_000),
        listeners: whole('listeners', text('listeners'), 100_000),
        tracks: whole('tracks', text('tracks'), 50_000),
        threads: whole('threads', text('threads'), availableParallelism()),
        memory: text('memory') ?? '4GB',
      });
    case 'serve':
      return (await import('./serve.ts')).benchServe({ seconds: whole('seconds', text('seconds'), 10) });
    case 'ingest':
      return (await import('./ingest.ts')).benchIngest({ seconds: whole('seconds', text('seconds'), 10) });
    case 'bloom':
      return (await import('./bloom.ts')).benchBloom({ items: whole('items', text('items'), 10_000) });
    case 'search':
      return (await import('./search.ts')).benchSearch({ items: whole('items', text('items'), 100_000) });
    case 'shuffle':
      return (await import('./shuffle.ts')).benchShuffle();
    case 'store':
      return (await import('./store.ts')).benchStore();
    case 'cloud':
      return (await import('./cloud.ts')).benchCloud({
        runs: whole('runs', text('runs'), 11),
        seconds: whole('seconds', text('seconds'), 10),
      });
    default:
      throw new Error(name === undefined ? 'Which bench?' : `There is no bench ${name}.`);
  }
}

try {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help === true) process.stdout.write(HELP);
  else {
    const result = await run(positionals[0], values);
    const [cpu] = cpus();
    const machine = `${availableParallelism()} cores of ${cpu?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
    if (values.json !== true) {
      console.log(`${result.name}: ${JSON.stringify(result.parameters)}\non ${machine}`);
      if (result.rows.length > 0) console.table(result.rows);
      console.table(result.summary);
    }
    console.log(JSON.stringify({ machine, ...result }));
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
  process.exitCode = 2;
}
