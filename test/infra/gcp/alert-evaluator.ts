/** Says whether an alert would fire: filters, alignment, reduction, thresholds and durations over simulated points. */
import type { Alert, AlertCondition, Alignment } from '../../../infra/gcp/alert.ts';
import { METRIC_TYPES } from '../../../infra/gcp/metric-types.ts';
import { burnRate } from '../../../infra/gcp/slos.ts';

/** One time series; a point is what happened in the minute that ends at `at` (DELTA), or what was so then (GAUGE). */
export interface Series {
  /** As in `metric.type`. */
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `at` in seconds. */
  readonly points: readonly { readonly at: number; readonly value: number | boolean }[];
}

/** Events of an objective a minute, for burn rates, by the objective's name. */
export type Events = Readonly<
  Record<
    string,
    { readonly goal: number; readonly minutes: readonly { readonly bad: number; readonly total: number }[] }
  >
>;

export interface World {
  readonly series: readonly Series[];
  readonly events?: Events;
  /** Seconds simulated; the alert is asked about at every minute. */
  readonly until: number;
}

const MINUTE = 60;

interface Filter {
  readonly metric: string;
  readonly resource: string;
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean;
}

/** Reads a filter as infra/gcp/metric-types.ts writes it. Throws for what Cloud Monitoring would not take. */
export function parseFilter(text: string): Filter {
  const tests: ((labels: Readonly<Record<string, string>>) => boolean)[] = [];
  const found: Record<string, string> = {};
  for (const part of text.split(' AND ')) {
    const type = /^(metric|resource)\.type = "([^"]+)"$/.exec(part);
    const label =
      /^(metric|resource)\.labels\.(\w+) (=|!=) (?:"([^"]*)"|one_of\(((?:"[^"]+"(?:, )?)+)\))$/.exec(part);
    if (type?.[1] !== undefined) found[type[1]] = type[2] ?? '';
    else if (label !== null) {
      const [, , name = '', operator, one, several] = label;
      const values =
        several === undefined ? [one ?? ''] : several.split(', ').map((v) => JSON.parse(v) as string);
      tests.push((labels) => values.includes(labels[name] ?? '') === (operator === '='));
    } else throw new Error(`Cloud Monitoring knows no filter ${part}.`);
  }
  const { metric = '', resource = '' } = found;
  const known = METRIC_TYPES.find(({ type }) => type === metric);
  if (known === undefined || known.resource !== resource)
    throw new Error(`There is no metric ${metric} of ${resource}.`);
  return { metric, resource, matches: (labels) => tests.every((test) => test(labels)) };
}

/** Whether the alert fires at any time until the end. */
export function fires(alert: Alert, world: World): boolean {
  for (let now = MINUTE; now <= world.until; now += MINUTE) {
    const holding = alert.conditions.map((condition) => holds(condition, world, now));
    if (alert.combiner === 'OR' ? holding.some(Boolean) : holding.every(Boolean)) return true;
  }
  return false;
}

/** Above the threshold at every minute of the duration that ends now, for one and the same series. */
function holds(condition: AlertCondition, world: World, now: number): boolean {
  const values = (at: number): ReadonlyMap<string, number> => valuesAt(condition, world, at);
  const isAbove = (key: string, at: number) =>
    (values(at).get(key) ?? Number.NEGATIVE_INFINITY) > condition.above;
  return [...values(now).keys()].some((key) => {
    if (now - condition.seconds < 0) return false;
    for (let at = now; at >= now - condition.seconds; at -= MINUTE) if (!isAbove(key, at)) return false;
    return true;
  });
}

function valuesAt(condition: AlertCondition, world: World, at: number): ReadonlyMap<string, number> {
  const burn = /^select_slo_burn_rate\("([^"]+)", "(\d+)s"\)$/.exec(condition.series);
  if (burn !== null) return burnAt(burn[1] ?? '', Number(burn[2]), world, at);
  if (condition.alignment === undefined) throw new Error(`${condition.name} has no alignment.`);
  const own = aligned(condition.series, condition.alignment, world, at);
  if (condition.per === undefined) return own;
  const whole = aligned(condition.per, condition.alignment, world, at);
  return new Map(
    [...own].flatMap(([key, value]) => {
      const total = whole.get(key) ?? 0;
      return total > 0 ? [[key, value / total] as const] : [];
    }),
  );
}

function burnAt(name: string, seconds: number, { events }: World, at: number): ReadonlyMap<string, number> {
  const own = events?.[name];
  if (own === undefined) return new Map();
  const end = Math.floor(at / MINUTE);
  const start = Math.max(0, end - seconds / MINUTE);
  const { bad, total } = sumsOf(own.minutes);
  const within = (sums: readonly number[]) => (sums[end] ?? 0) - (sums[start] ?? 0);
  return new Map([[name, burnRate(within(bad), within(total), own.goal)]]);
}

type Minutes = Events[string]['minutes'];
const summed = new WeakMap<Minutes, { readonly bad: number[]; readonly total: number[] }>();

/** Sums of all minutes before each. */
function sumsOf(minutes: Minutes): { readonly bad: readonly number[]; readonly total: readonly number[] } {
  const known = summed.get(minutes);
  if (known !== undefined) return known;
  const sums = { bad: [0], total: [0] };
  for (const [index, one] of minutes.entries()) {
    sums.bad.push((sums.bad[index] ?? 0) + one.bad);
    sums.total.push((sums.total[index] ?? 0) + one.total);
  }
  summed.set(minutes, sums);
  return sums;
}

function aligned(
  filter: string,
  { period, aligner, reducer, by = [] }: Alignment,
  world: World,
  at: number,
): ReadonlyMap<string, number> {
  const { metric, matches } = parseFilter(filter);
  const groups = new Map<string, (number | boolean)[]>();
  for (const series of world.series) {
    if (series.metric !== metric || !matches(series.labels)) continue;
    const points = series.points.filter((point) => point.at > at - period && point.at <= at);
    if (points.length === 0) continue;
    const numbers = points.map(({ value }) => Number(value));
    const sum = numbers.reduce((a, b) => a + b, 0);
    const last = points.at(-1)?.value ?? 0;
    const value = {
      ALIGN_DELTA: sum,
      ALIGN_RATE: sum / period,
      ALIGN_MAX: Math.max(...numbers),
      ALIGN_MEAN: sum / numbers.length,
      ALIGN_NEXT_OLDER: last,
    }[aligner];
    const key =
      reducer === undefined
        ? JSON.stringify(series.labels)
        : by.map((field) => series.labels[field.slice(field.lastIndexOf('.') + 1)]).join();
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return new Map([...groups].map(([key, values]) => [key, reduced(values, reducer)]));
}

function reduced(values: readonly (number | boolean)[], reducer: Alignment['reducer']): number {
  switch (reducer) {
    case undefined:
    case 'REDUCE_SUM':
      return values.reduce<number>((sum, value) => sum + Number(value), 0);
    case 'REDUCE_MAX':
      return Math.max(...values.map(Number));
    case 'REDUCE_COUNT_FALSE':
      return values.filter((value) => value === false).length;
  }
}
