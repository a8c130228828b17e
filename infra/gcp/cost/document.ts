/** The tables of docs/cost.md, made from the model so that they never drift from it. */
import { MEASUREMENTS, type Measurements } from './measurements.ts';
import { type Estimate, estimate } from './model.ts';
import { PRICES, type Price } from './prices.ts';
import { rounded, toMarkdown } from './report.ts';
import { sensitivityOf } from './sensitivity.ts';
import { type Deployment, deploymentOf, type Workload, workloadOf } from './workload.ts';

/** The three sizes at the listeners they are made for. */
export const SCENARIOS = {
  '10k': { listeners: 10_000, size: 'dev' },
  '1m': { listeners: 1_000_000, size: 'team' },
  '300m': { listeners: 300_000_000, size: 'internet' },
} as const;
type Scenario = keyof typeof SCENARIOS;

interface Change {
  readonly workload?: Partial<Workload>;
  readonly deployment?: Partial<Deployment>;
  readonly measurements?: Partial<Measurements>;
}

/** A scenario, with something of it changed. */
export function scenario(name: Scenario, { workload, deployment, measurements }: Change = {}): Estimate {
  const { listeners, size } = SCENARIOS[name];
  const made = deploymentOf(size, deployment);
  return estimate(
    workloadOf({ listeners, ...workload }, made),
    made,
    { ...MEASUREMENTS, ...measurements },
    PRICES,
  );
}

const slots = { load: 'reverse-etl' } as const;
const LEVERS: readonly (readonly [string, Change])[] = [
  ['as the size is made', {}],
  ['90 days of history instead of 1,095', { deployment: { retentionDays: 90 } }],
  ['builds on slots, loaded by BigQuery (`load: reverse-etl`)', { deployment: slots }],
  ['slots, and tables of builds kept 3 days (`buildDays`)', { deployment: { ...slots, buildDays: 3 } }],
  ['… and 90 days of history', { deployment: { ...slots, buildDays: 3, retentionDays: 90 } }],
  [
    '… and 20 plays a request of ingest',
    { workload: { playsPerRequest: 20 }, deployment: { ...slots, buildDays: 3, retentionDays: 90 } },
  ],
  [
    '… and no lines of requests in Cloud Logging',
    {
      workload: { playsPerRequest: 20 },
      deployment: { ...slots, buildDays: 3, retentionDays: 90 },
      measurements: { requestLog: { ...MEASUREMENTS.requestLog, value: 0 } },
    },
  ],
];

function leversTable(): string {
  const rows = LEVERS.map(([name, change]) => {
    const { total, limits, workload } = scenario('300m', change);
    const over = limits.filter(({ use }) => use > 1).map(({ resource }) => resource);
    const perListener = (total / workload.listeners) * 100;
    return `| ${name} | ${rounded(total, 2)} | ${rounded(perListener, 2)} | ${over.join('; ') || 'nothing'} |`;
  });
  return [
    '| 300 M listeners | USD a month | cents a listener | beyond its limit |',
    '|---|---:|---:|---|',
    ...rows,
  ].join('\n');
}

function pricesTable(): string {
  const rows = Object.values<Price>(PRICES).map(({ sku, unit, usd, source, via, readOn, checked, free }) => {
    const amount = usd.toLocaleString('en-US', { maximumFractionDigits: 8 });
    const nothing = free === undefined ? '' : `${rounded(free.units)}${free.checked ? '' : ' (from memory)'}`;
    const where = checked ? (via === undefined ? 'the page' : via) : '**from memory, not looked up**';
    return `| ${sku} | ${unit} | ${amount} | ${nothing} | ${source} | ${where} | ${readOn} |`;
  });
  return [
    '| SKU | unit | USD | free a month | page | read in | on |',
    '|---|---|---:|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function measurementsTable(): string {
  const rows = Object.entries(MEASUREMENTS).map(
    ([name, { value, unit, source, within }]) =>
      `| ${name} | ${value.toLocaleString('en-US', { maximumFractionDigits: 6 })} ${unit} | ${within} | ${source} |`,
  );
  return ['| figure | value | within a factor of | from |', '|---|---|---:|---|', ...rows].join('\n');
}

function sizeTable(name: Scenario): string {
  const found = scenario(name);
  return toMarkdown(found, sensitivityOf(found, MEASUREMENTS, PRICES));
}

const BLOCKS: Readonly<Record<string, () => string>> = {
  '10k': () => sizeTable('10k'),
  '1m': () => sizeTable('1m'),
  '300m': () => sizeTable('300m'),
  levers: leversTable,
  prices: pricesTable,
  measurements: measurementsTable,
};

/** The document with each `<!-- cost:NAME -->` … `<!-- /cost -->` filled anew. Throws where a block is missing. */
export function renderDocument(text: string): string {
  let rendered = text;
  for (const [name, make] of Object.entries(BLOCKS)) {
    const block = new RegExp(`(<!-- cost:${name} -->\\n)[\\s\\S]*?(<!-- /cost -->)`);
    if (!block.test(rendered)) throw new Error(`docs/cost.md has no block cost:${name}.`);
    rendered = rendered.replace(block, (_, open: string, close: string) => `${open}\n${make()}\n\n${close}`);
  }
  return rendered;
}
