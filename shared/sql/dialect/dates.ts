/** Dates, timestamps and their parts. A TIMESTAMP is a naive UTC timestamp in DuckDB. */
import { sqlString, utcTimestamp } from './literals.ts';
import { type Group, isGroup, type Node, splitCommas, wordOf } from './tree.ts';
import { atom, type Kind, type Rewriting, type Value, wrap } from './value.ts';

const DATE_TEXT = /^\d{4}-\d{1,2}-\d{1,2}$/;

/** An argument that GoogleSQL coerces: a string literal where a DATE or TIMESTAMP is wanted. */
function dated(nodes: readonly Node[], name: string, rw: Rewriting, at: Node): Value {
  const value = rw.value(nodes, at);
  if (value.text === undefined) return value;
  const type = name.startsWith('TIMESTAMP') ? 'TIMESTAMP' : 'DATE';
  const literal = typedLiteral(type, value.text, utcTimestamp(value.text));
  return literal ?? rw.refuse(nodes[0] ?? at, `this text is no ${type}`);
}

/** Microseconds of the parts that have a fixed length. */
const MICROS: Readonly<Record<string, string>> = {
  MICROSECOND: '1',
  MILLISECOND: '1000',
  SECOND: '1000000',
  MINUTE: '60000000',
  HOUR: '3600000000',
  DAY: '86400000000',
};
const MONTHS: Readonly<Record<string, string>> = { MONTH: '1', QUARTER: '3', YEAR: '12' };
/** Days to add before DuckDB's Monday weeks, so that the named day begins them. */
const WEEK_SHIFT: Readonly<Record<string, number>> = {
  SUNDAY: 1,
  MONDAY: 0,
  TUESDAY: -1,
  WEDNESDAY: -2,
  THURSDAY: -3,
  FRIDAY: -4,
  SATURDAY: -5,
};
const CALENDAR: Readonly<Record<string, string>> = {
  DAY: 'day',
  ISOWEEK: 'week',
  MONTH: 'month',
  QUARTER: 'quarter',
  YEAR: 'year',
  ISOYEAR: 'isoyear',
};
const EXTRACTED: Readonly<Record<string, string>> = {
  YEAR: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  DAY: 'day',
  DAYOFYEAR: 'dayofyear',
  ISOWEEK: 'week',
  ISOYEAR: 'isoyear',
  HOUR: 'hour',
  MINUTE: 'minute',
  SECOND: 'second',
};

interface Part {
  readonly name: string;
  /** The first day of the week, where the part is a week. */
  readonly shift: number | undefined;
}

function partOf(nodes: readonly Node[], rw: Rewriting, at: Node): Part {
  const [word, day, ...more] = nodes;
  const name = wordOf(word);
  if (word === undefined || name === '' || more.length > 0)
    return rw.refuse(word ?? at, 'expected a date part');
  if (day === undefined) return { name, shift: name === 'WEEK' ? 1 : undefined };
  const shift = isGroup(day, '(') && name === 'WEEK' ? WEEK_SHIFT[wordOf(day.items[0])] : undefined;
  return shift === undefined ? rw.refuse(day, 'expected WEEK(MONDAY) or another weekday') : { name, shift };
}

function shifted(sql: string, days: number): string {
  return days === 0 ? sql : `(${sql} ${days < 0 ? '-' : '+'} ${Math.abs(days)})`;
}

/** An interval's amount and part: `INTERVAL amount PART`. */
function intervalOf(nodes: readonly Node[], rw: Rewriting, at: Node): { amount: Value; part: string } {
  const last = nodes.at(-1);
  if (wordOf(nodes[0]) !== 'INTERVAL' || last === undefined || nodes.length < 3) {
    return rw.refuse(nodes[0] ?? at, 'expected INTERVAL n PART');
  }
  return { amount: rw.value(nodes.slice(1, -1), at), part: wordOf(last) };
}

function add(sign: '+' | '-', group: Group, name: string, rw: Rewriting): Value {
  const [base = [], interval = [], ...more] = splitCommas(group.items);
  if (more.length > 0) rw.refuse(group, `${name} takes two arguments`);
  const { amount, part } = intervalOf(interval, rw, group);
  const from = wrap(dated(base, name, rw, group));
  const refused = (): never => rw.refuse(interval.at(-1) ?? group, `${name} does not take this part`);
  if (name.startsWith('TIMESTAMP'))
    return atom(`(${from} ${sign} ${microseconds(amount, part) ?? refused()})`, 'timestamp');
  if (part === 'DAY' || part === 'WEEK') {
    const days = `${small(amount)}${part === 'WEEK' ? ' * 7' : ''}`;
    return atom(`(${from} ${sign} ${days})`, 'date');
  }
  return atom(`CAST(${from} ${sign} ${months(amount, part) ?? refused()} AS DATE)`, 'date');
}

/** An amount as DuckDB's INTEGER, which days and months are counted in. */
function small(amount: Value): string {
  return amount.integer?.toString() ?? `CAST(${amount.sql} AS INTEGER)`;
}

function microseconds(amount: Value, part: string): string | undefined {
  const unit = MICROS[part];
  return unit && `to_microseconds(${amount.integer ?? `CAST(${amount.sql} AS BIGINT)`} * ${unit})`;
}

function months(amount: Value, part: string): string | undefined {
  const unit = MONTHS[part];
  return unit && `to_months(${small(amount)} * ${unit})`;
}

/** `INTERVAL n PART` as an operand; `nodes` ends with the part. */
export function intervalValue(nodes: readonly Node[], rw: Rewriting, at: Node): Value {
  const { amount, part } = intervalOf(nodes, rw, at);
  const sql =
    microseconds(amount, part) ??
    months(amount, part) ??
    rw.refuse(nodes.at(-1) ?? at, 'unknown interval part');
  return atom(sql, 'interval');
}

function difference(group: Group, name: string, rw: Rewriting): Value {
  const [a = [], b = [], partNodes = [], ...more] = splitCommas(group.items);
  const { name: part, shift } = partOf(partNodes, rw, group);
  const refused = (): never => rw.refuse(partNodes[0] ?? group, `${name} does not take this part`);
  if (more.length > 0) rw.refuse(group, `${name} takes three arguments`);
  const [later, earlier] = [dated(a, name, rw, group), dated(b, name, rw, group)];
  if (name === 'TIMESTAMP_DIFF') {
    const unit = MICROS[part] ?? refused();
    return atom(`((epoch_us(${later.sql}) - epoch_us(${earlier.sql})) // ${unit})`, 'int');
  }
  const days = shift ?? 0;
  const weekly = shift !== undefined || part === 'ISOWEEK';
  const [to, from] = [shifted(wrap(later), days), shifted(wrap(earlier), days)];
  // DuckDB's own week difference counts whole weeks, GoogleSQL's the week boundaries between.
  if (weekly) return atom(`((${monday(to)} - ${monday(from)}) // 7)`, 'int');
  return atom(`date_diff('${CALENDAR[part] ?? refused()}', ${from}, ${to})`, 'int');
}

function monday(date: string): string {
  return `gsql_date_trunc('week', ${date})`;
}

function truncate(group: Group, name: string, rw: Rewriting): Value {
  const [base = [], partNodes = [], zone, ...more] = splitCommas(group.items);
  const { name: part, shift } = partOf(partNodes, rw, group);
  if (more.length > 0 || (zone !== undefined && rw.value(zone, group).text !== 'UTC')) {
    rw.refuse(zone?.[0] ?? group, 'only UTC is the same on both engines');
  }
  const from = dated(base, name, rw, group);
  const stamp = name === 'TIMESTAMP_TRUNC';
  const duckdb =
    shift !== undefined
      ? 'week'
      : (CALENDAR[part] ??
        (stamp && part in MICROS
          ? part.toLowerCase()
          : rw.refuse(partNodes[0] ?? group, `${name} does not take this part`)));
  const days = shift ?? 0;
  if (!stamp)
    return atom(shifted(`gsql_date_trunc('${duckdb}', ${shifted(wrap(from), days)})`, -days), 'date');
  if (days === 0) return atom(`date_trunc('${duckdb}', ${from.sql})`, 'timestamp');
  return atom(`(date_trunc('${duckdb}', ${wrap(from)} + to_days(${days})) - to_days(${days}))`, 'timestamp');
}

function extract(group: Group, _name: string, rw: Rewriting): Value {
  const from = group.items.findIndex((node) => wordOf(node) === 'FROM');
  const source = group.items.slice(from + 1);
  if (from < 1) return rw.refuse(group, 'expected EXTRACT(PART FROM value)');
  const zone = source.find((node, i) => wordOf(node) === 'AT' && wordOf(source[i + 1]) === 'TIME');
  if (zone !== undefined) rw.refuse(zone, 'only UTC is the same on both engines');
  const value = rw.value(source, group);
  const { name: part, shift } = partOf(group.items.slice(0, from), rw, group);
  if (part === 'DATE') return atom(`CAST(${value.sql} AS DATE)`, 'date');
  // DuckDB counts these from the minute, GoogleSQL from the second.
  if (part === 'MILLISECOND') return atom(`(extract(millisecond FROM ${value.sql}) % 1000)`, 'int');
  if (part === 'MICROSECOND') return atom(`(extract(microsecond FROM ${value.sql}) % 1000000)`, 'int');
  const duckdb = shift === undefined ? EXTRACTED[part] : undefined;
  if (duckdb === undefined)
    return rw.refuse(group.items[0] ?? group, 'EXTRACT does not give this part the same on both engines');
  return atom(`extract(${duckdb} FROM ${value.sql})`, 'int');
}

/** Functions whose arguments name a date part. */
export const DATE_CALLS: Readonly<Record<string, (group: Group, name: string, rw: Rewriting) => Value>> = {
  TIMESTAMP_ADD: (group, name, rw) => add('+', group, name, rw),
  TIMESTAMP_SUB: (group, name, rw) => add('-', group, name, rw),
  DATE_ADD: (group, name, rw) => add('+', group, name, rw),
  DATE_SUB: (group, name, rw) => add('-', group, name, rw),
  TIMESTAMP_DIFF: difference,
  DATE_DIFF: difference,
  TIMESTAMP_TRUNC: truncate,
  DATE_TRUNC: truncate,
  EXTRACT: extract,
};

/** A typed literal such as `DATE '2026-01-31'`; `undefined` where the type is none of GoogleSQL's shared ones. */
export function typedLiteral(type: string, text: string, utc: string | undefined): Value | undefined {
  const kinds: Readonly<Record<string, Kind>> = { DATE: 'date', TIMESTAMP: 'timestamp', NUMERIC: 'numeric' };
  const kind = kinds[type];
  if (kind === undefined) return undefined;
  if (kind === 'numeric') return atom(`CAST(${sqlString(text)} AS DECIMAL(38, 9))`, kind);
  if (kind === 'timestamp') return utc === undefined ? undefined : atom(`TIMESTAMP ${sqlString(utc)}`, kind);
  return DATE_TEXT.test(text) ? atom(`DATE ${sqlString(text)}`, kind) : undefined;
}
