/** An estimate for people: as text for a terminal, and as Markdown for docs/cost.md. */
import type { Measurements } from './measurements.ts';
import type { Estimate } from './model.ts';
import { type Price, sourceOf } from './prices.ts';
import type { Sensitivity } from './sensitivity.ts';
import type { Line } from './sheet.ts';
import { toTib } from './volumes.ts';

/** Three digits that mean something: 4,326,431 is 4,330,000; below a cent it is 0. */
export function rounded(value: number, digits = 3): string {
  if (Math.abs(value) < 0.005) return '0';
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  const scale = 10 ** (digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  const shown =
    scale >= 1 ? Math.round(value * scale) / scale : Math.round(value * scale) * Math.round(1 / scale);
  return shown.toLocaleString('en-US', { maximumFractionDigits: Math.min(places, 6) });
}

const unitPrice = ({ usd, unit }: Price) =>
  `$${usd.toLocaleString('en-US', { maximumFractionDigits: 8 })} / ${unit}`;
const freeOf = ({ free, price }: Line) =>
  free === 0 ? '' : `${rounded(free)} free${price.free?.checked === false ? ' (from memory)' : ''}`;

/** The first sentence of every report. */
export function headline({ workload, deployment, total }: Estimate, { low, high }: Sensitivity): string {
  const { listeners, playsPerDay, answersPerDay, turnsPerDay, historyDays } = workload;
  return (
    `${listeners.toLocaleString('en-US')} listeners, ${playsPerDay} plays, ${answersPerDay} answers and ${turnsPerDay} turns a day each, ` +
    `${historyDays} days of history; size ${deployment.size}, load ${deployment.load}: ` +
    `about $${rounded(total, 2)} a month, likely $${rounded(low, 2)} to $${rounded(high, 2)}`
  );
}

/** What runs out first, in a sentence. */
export function bottleneck({ limits }: Estimate): string {
  const [first] = limits;
  if (first === undefined || first.use === 0) return 'Nothing is asked of it, so nothing runs out.';
  const share = `${rounded(first.use * 100, 2)}% of ${rounded(first.limit)} ${first.unit}`;
  return `${first.resource}, ${share}${first.use > 1 ? ': it does not fit' : ''} (${first.known})`;
}

/** Machines as rows of name and count. */
export function machineRows({
  machines,
  volumes,
  deployment,
}: Estimate): readonly (readonly [string, string])[] {
  const { functions, clusters, build, dataflow } = machines;
  return [
    ...Object.entries(functions).map(
      ([name, { busy, peak, size }]) =>
        [
          `instances of ${name}`,
          `${rounded(busy)} working on average, ${peak} in the busiest hour, ${size.minInstances} to ${size.maxInstances} allowed`,
        ] as const,
    ),
    ...clusters.map(
      ({ day, peak, loading, forStorage }, index) =>
        [
          `Bigtable nodes, cluster ${index + 1}`,
          `${day} by day, ${peak} in the busiest hour, ${loading} while loading, ${forStorage} for the bytes; ${deployment.minNodes} to ${deployment.maxNodes} allowed`,
        ] as const,
    ),
    [
      'BigQuery, a build',
      `${rounded(toTib(volumes.build.scanned))} TiB read, ${rounded(build.slotSeconds / 3600)} slot-hours, ${build.slots} slots to end in time`,
    ],
    ...(deployment.load === 'dataflow'
      ? [
          [
            'Dataflow, a night',
            `${rounded(dataflow.vcpuHours)} vCPU-hours, ${dataflow.vcpus} vCPUs to end in time`,
          ] as const,
        ]
      : []),
  ];
}

function table(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (right.includes(column)) return cell.padStart(width);
        return column === row.length - 1 ? cell : cell.padEnd(width);
      })
      .join('  '),
  );
}

/** For a terminal: every line with its quantity in words and numbers, its unit price and where that is from. */
export function toText(found: Estimate, sensitivity: Sensitivity, measurements: Measurements): string {
  const rows = [
    [
      'resource',
      'quantity a month',
      'free of it',
      'unit price',
      'USD a month',
      'source of the price',
      'quantity',
    ],
    ...found.lines.map((line) => [
      `${line.product}: ${line.resource}`,
      rounded(line.quantity),
      freeOf(line),
      unitPrice(line.price),
      rounded(line.monthly),
      sourceOf(line.price),
      line.driver,
    ]),
  ];
  const [head = '', ...lines] = table(rows, [1, 4]);
  return [
    headline(found, sensitivity),
    '',
    head,
    ...lines,
    '',
    `Total: about $${rounded(found.total, 2)} a month, $${rounded(found.unchecked, 2)} of it by prices from memory.`,
    '',
    'Machines',
    ...table(machineRows(found), []).map((line) => `  ${line}`),
    '',
    `Bottleneck: ${bottleneck(found)}`,
    ...table(
      found.limits
        .slice(0, 5)
        .map(({ resource, need, limit, unit, use, known }) => [
          `  ${rounded(use * 100, 2)}%`,
          resource,
          `${rounded(need)} of ${rounded(limit)} ${unit}`,
          known,
        ]),
      [0],
    ),
    '',
    'What the total hangs on, each figure alone as wrong as it may be',
    ...table(
      sensitivity.doubts.slice(0, 5).map(({ figure, change }) => {
        const { value, unit, within, source } = measurements[figure];
        return [
          `  ±$${rounded(change, 2)}`,
          `${figure}: ${value} ${unit}, within a factor of ${within}`,
          source,
        ];
      }),
      [0],
    ),
    '',
    'A model over list prices, not a measurement: nobody has seen a bill of it. docs/cost.md says what is left out.',
    '',
  ].join('\n');
}

/** A link named by its address, or by its host where that is long. */
function link(text: string): string {
  if (!text.startsWith('https://')) return text;
  const { host, pathname } = new URL(text);
  const name = `${host}${pathname.replace(/\/$/, '')}`;
  return `[${name.length <= 45 ? name : host}](${text})`;
}

function markdownSource({ source, via, readOn, checked }: Price): string {
  if (!checked) return `${link(source)}: from memory, not looked up`;
  return via === undefined
    ? `${link(source)}, ${readOn}`
    : `${link(source)}, told by ${link(via)}, ${readOn}`;
}

/** For docs/cost.md: the same as a Markdown table, without lines that cost nothing. */
export function toMarkdown(found: Estimate, sensitivity: Sensitivity): string {
  const lines = found.lines.filter(({ monthly }) => monthly >= 0.005);
  return [
    `${headline(found, sensitivity)}.`,
    '',
    `Bottleneck: ${bottleneck(found)}.`,
    '',
    '| machines | how many |',
    '|---|---|',
    ...machineRows(found).map(([name, count]) => `| ${name} | ${count} |`),
    '',
    '| need and limit | share |',
    '|---|---:|',
    ...found.limits
      .slice(0, 5)
      .map(
        ({ resource, need, limit, unit, use }) =>
          `| ${resource}: ${rounded(need)} of ${rounded(limit)} ${unit} | ${rounded(use * 100, 2)}% |`,
      ),
    '',
    '| resource | quantity a month | unit price | source | USD a month |',
    '|---|---|---|---|---:|',
    ...lines.map((line) => {
      const free = freeOf(line);
      const quantity = `${rounded(line.quantity)}${free === '' ? '' : `, ${free}`}: ${line.driver}`;
      return `| ${line.product}: ${line.resource} | ${quantity} | ${unitPrice(line.price)} | ${markdownSource(line.price)} | ${rounded(line.monthly)} |`;
    }),
    `| **all** | | | | **${rounded(found.total, 2)}** |`,
  ].join('\n');
}
