/** Aggregate and window functions: what may stand between their parentheses, and OVER after them. */
import { Cursor, canonical, type Group, isGroup, type Node, splitCommas, wordOf } from './tree.ts';
import { atom, type Kind, type Rewriting, type Value, wrap } from './value.ts';

/** The parts of `F(DISTINCT a, b IGNORE NULLS HAVING MAX c ORDER BY d LIMIT n)`. */
interface Parts {
  readonly distinct: boolean;
  readonly args: readonly Node[][];
  readonly nulls: 'IGNORE' | 'RESPECT' | undefined;
  readonly having: { readonly max: boolean; readonly by: Node[] } | undefined;
  readonly order: readonly Node[];
  readonly limit: readonly Node[] | undefined;
}

interface Call {
  readonly name: string;
  readonly group: Group;
  /** ` OVER (…)` or nothing. */
  readonly over: string;
  readonly rw: Rewriting;
}

type Emit = (parts: Parts, call: Call) => Value;

interface Rule {
  readonly args: readonly [number, number];
  /** Which of the parts it takes besides its arguments: d(istinct) n(ulls) h(aving) o(rder) l(imit). */
  readonly takes: string;
  readonly over: 'may' | 'must' | 'never';
  readonly emit: Emit;
}

function partsOf(group: Group, rw: Rewriting): Parts {
  const cursor = new Cursor(group.items);
  const distinct = cursor.take('DISTINCT');
  const section = (stop: RegExp): Node[] => {
    const from = cursor.at;
    while (!cursor.done && !stop.test(cursor.word())) cursor.at += 1;
    return group.items.slice(from, cursor.at);
  };
  const args = splitCommas(section(/^(?:IGNORE|RESPECT|HAVING|ORDER|LIMIT)$/));
  const having = cursor.take('HAVING', 'MAX') ? true : cursor.take('HAVING', 'MIN') ? false : undefined;
  const by = having === undefined ? [] : section(/^(?:IGNORE|RESPECT|ORDER|LIMIT)$/);
  const nulls = cursor.take('IGNORE', 'NULLS')
    ? 'IGNORE'
    : cursor.take('RESPECT', 'NULLS')
      ? 'RESPECT'
      : undefined;
  const order = cursor.take('ORDER', 'BY') ? section(/^LIMIT$/) : [];
  const limit = cursor.take('LIMIT') ? group.items.slice(cursor.at) : undefined;
  if (limit !== undefined) cursor.at = group.items.length;
  const left = cursor.peek();
  if (left !== undefined) rw.refuse(left, 'unexpected inside an aggregate');
  return {
    distinct,
    args,
    nulls,
    having: having === undefined ? undefined : { max: having, by },
    order,
    limit,
  };
}

const list = (parts: Parts, { rw, group }: Call): Value[] =>
  parts.args.map((nodes) => rw.value(nodes, group));
const distinctly = (parts: Parts): string => (parts.distinct ? 'DISTINCT ' : '');

/** `ORDER BY …` of an aggregate, ready to follow its arguments. */
function ordered(parts: Parts, rw: Rewriting): string {
  return parts.order.length === 0 ? '' : ` ORDER BY ${rw.query(parts.order).trim()}`;
}

function plain(name: string, kind: Kind | '0'): Emit {
  return (parts, call) => {
    const args = list(parts, call);
    const ignoring = parts.nulls === undefined ? '' : ` ${parts.nulls} NULLS`;
    const sql = `${name}(${distinctly(parts)}${args.map((arg) => arg.sql).join(', ')}${ignoring})${call.over}`;
    const [first] = args;
    if (kind !== '0' || first === undefined) return atom(sql, kind === '0' ? undefined : kind);
    const witness = first.witness ?? (hasAggregate(parts.args[0] ?? []) ? undefined : first.sql);
    return { ...atom(sql, first.kind), ...(witness !== undefined && { witness }) };
  };
}

const sum: Emit = (parts, call) => {
  const [x] = list(parts, call);
  if (x === undefined) return call.rw.refuse(call.group, 'SUM takes one argument');
  const direct = `sum(${distinctly(parts)}${x.sql})${call.over}`;
  if (x.kind === 'int') return atom(`CAST(${direct} AS BIGINT)`, 'int');
  if (x.kind === 'float' || x.kind === 'whole') return atom(direct, x.kind);
  const witness = x.witness ?? (hasAggregate(parts.args[0] ?? []) ? undefined : x.sql);
  return witness === undefined ? atom(direct) : { ...atom(`gsql_sum(${witness}, ${direct})`), witness };
};

/** Whether an aggregate stands anywhere inside: DuckDB cannot choose a macro's overload by the type of one. */
function hasAggregate(nodes: readonly Node[]): boolean {
  return nodes.some(
    (node, i) =>
      (isGroup(nodes[i + 1], '(') && Object.hasOwn(AGGREGATES, wordOf(node))) ||
      (node.kind === 'group' && hasAggregate(node.items)),
  );
}

const count: Emit = (parts, call) => {
  const star = parts.args.length === 1 && parts.args[0]?.length === 1 && canonical(parts.args[0]) === '*';
  if (star && !parts.distinct) return atom(`count(*)${call.over}`, 'int');
  const [x] = list(parts, call);
  return atom(`count(${distinctly(parts)}${x?.sql})${call.over}`, 'int');
};

const anyValue: Emit = (parts, call) => {
  const [x] = list(parts, call);
  if (parts.having === undefined) return atom(`any_value(${x?.sql})${call.over}`, x?.kind);
  const by = call.rw.value(parts.having.by, call.group);
  return atom(`arg_${parts.having.max ? 'max' : 'min'}_null(${x?.sql}, ${by.sql})${call.over}`, x?.kind);
};

/** The slice that LIMIT asks for, and n where it is a literal. */
function slice(parts: Parts, { rw, group }: Call): { sql: string; n: bigint | undefined } {
  if (parts.limit === undefined) return { sql: '', n: undefined };
  const limit = rw.value(parts.limit, group);
  return { sql: `[1:${limit.integer ?? limit.sql}]`, n: limit.integer };
}

/**
 * Top-k of structs whose first fields are the sort keys, all descending: DuckDB compares structs field by
 * field, so its `max(struct, n)` and `list_reverse_sort` answer the same, five times faster. It ranks a NULL
 * field highest where GoogleSQL ranks it lowest: `gsql_sort_key` makes such a key an error, never a difference.
 */
function fastTop(x: Value, parts: Parts, call: Call): string | undefined {
  const keys = splitCommas(parts.order).map((nodes) =>
    wordOf(nodes.at(-1)) === 'DESC' ? canonical(nodes.slice(0, -1)) : undefined,
  );
  const fields = x.fields ?? [];
  const plainly =
    call.over === '' && !parts.distinct && parts.nulls === undefined && parts.limit !== undefined;
  if (!plainly || keys.length === 0 || keys.length > fields.length) return undefined;
  if (!keys.every((key, i) => key !== undefined && key === canonical(fields[i]?.source ?? [])))
    return undefined;
  const checked = fields.map(
    ({ name, sql }, i) => `${name}: ${i < keys.length ? `gsql_sort_key(${sql})` : sql}`,
  );
  const struct = `{${checked.join(', ')}}`;
  const { sql, n } = slice(parts, call);
  return n !== undefined && n <= 64n && n > 0n
    ? `max(${struct}, ${n})`
    : `list_reverse_sort(list(${struct}))${sql}`;
}

/**
 * In order of one ascending key, without limit: DuckDB's own ordered aggregates keep 32 KiB a group, which a hundred
 * thousand groups turn into gigabytes; a list of (key, value) sorted afterwards keeps only what is in it. NULL keys
 * come first, as in GoogleSQL, by the flag before them.
 */
function sortedList(x: Value, parts: Parts, call: Call, skipNulls: boolean): string | undefined {
  const [key, ...others] = splitCommas(parts.order);
  if (
    key === undefined ||
    others.length > 0 ||
    parts.distinct ||
    parts.limit !== undefined ||
    call.over !== ''
  )
    return undefined;
  if (/^(?:DESC|FIRST|LAST)$/.test(wordOf(key.at(-1)))) return undefined;
  const bare = wordOf(key.at(-1)) === 'ASC' ? key.slice(0, -1) : key;
  const { sql } = call.rw.value(bare, call.group);
  const filter = skipNulls ? ` FILTER (WHERE ${wrap(x)} IS NOT NULL)` : '';
  return `list_transform(list_sort(list({n: (${sql}) IS NOT NULL, k: ${sql}, x: ${x.sql}})${filter}), lambda e: e.x)`;
}

const arrayAgg: Emit = (parts, call) => {
  const [x] = list(parts, call);
  if (x === undefined) return call.rw.refuse(call.group, 'ARRAY_AGG takes one argument');
  const top = slice(parts, call);
  const fast = fastTop(x, parts, call);
  if (fast !== undefined) return atom(fast, 'array');
  const sorted = sortedList(x, parts, call, parts.nulls === 'IGNORE');
  if (sorted !== undefined) return atom(sorted, 'array');
  const filter = parts.nulls === 'IGNORE' ? ` FILTER (WHERE ${wrap(x)} IS NOT NULL)` : '';
  const all = `list(${distinctly(parts)}${x.sql}${ordered(parts, call.rw)})${filter}${call.over}`;
  return atom(top.sql === '' ? all : `(${all})${top.sql}`, 'array');
};

const stringAgg: Emit = (parts, call) => {
  const [x, separator] = list(parts, call);
  const by = separator?.sql ?? "','";
  if (x?.kind === 'bytes') call.rw.refuse(call.group, 'STRING_AGG of BYTES is not the same on both engines');
  const sorted = x === undefined ? undefined : sortedList(x, parts, call, true);
  if (sorted !== undefined) return atom(`array_to_string(${sorted}, ${by})`, 'string');
  if (parts.limit === undefined) {
    return atom(
      `string_agg(${distinctly(parts)}${x?.sql}, ${by}${ordered(parts, call.rw)})${call.over}`,
      'string',
    );
  }
  const all = `list(${distinctly(parts)}${x?.sql}${ordered(parts, call.rw)}) FILTER (WHERE ${wrap(x as Value)} IS NOT NULL)${call.over}`;
  return atom(`array_to_string((${all})${slice(parts, call).sql}, ${by})`, 'string');
};

const countIf: Emit = (parts, call) => {
  const [x] = list(parts, call);
  return atom(`count(CASE WHEN ${x?.sql} THEN 1 END)${call.over}`, 'int');
};

const by =
  (name: string): Emit =>
  (parts, call) => {
    const [x, y] = list(parts, call);
    return atom(`${name}(${x?.sql}, ${y?.sql})${call.over}`, x?.kind);
  };

function rule(least: number, most: number, takes: string, emit: Emit, over: Rule['over'] = 'may'): Rule {
  return { args: [least, most], takes, over, emit };
}

const windowed = (name: string, kind: Kind | '0', least: number, most: number, takes = ''): Rule =>
  rule(least, most, takes, plain(name, kind), 'must');

/** Known aggregate and window functions by upper-case name. */
export const AGGREGATES: Readonly<Record<string, Rule>> = {
  COUNT: rule(1, 1, 'd', count),
  COUNTIF: rule(1, 1, '', countIf),
  SUM: rule(1, 1, 'd', sum),
  AVG: rule(1, 1, 'd', plain('avg', 'float')),
  MIN: rule(1, 1, '', plain('min', '0')),
  MAX: rule(1, 1, '', plain('max', '0')),
  ANY_VALUE: rule(1, 1, 'h', anyValue),
  MAX_BY: rule(2, 2, '', by('arg_max_null')),
  MIN_BY: rule(2, 2, '', by('arg_min_null')),
  ARRAY_AGG: rule(1, 1, 'dnol', arrayAgg),
  STRING_AGG: rule(1, 2, 'dol', stringAgg),
  LOGICAL_OR: rule(1, 1, '', plain('bool_or', 'bool')),
  LOGICAL_AND: rule(1, 1, '', plain('bool_and', 'bool')),
  BIT_AND: rule(1, 1, '', plain('bit_and', 'int')),
  BIT_OR: rule(1, 1, '', plain('bit_or', 'int')),
  BIT_XOR: rule(1, 1, '', plain('bit_xor', 'int')),
  STDDEV: rule(1, 1, '', plain('stddev_samp', 'float')),
  STDDEV_SAMP: rule(1, 1, '', plain('stddev_samp', 'float')),
  STDDEV_POP: rule(1, 1, '', plain('stddev_pop', 'float')),
  VARIANCE: rule(1, 1, '', plain('var_samp', 'float')),
  VAR_SAMP: rule(1, 1, '', plain('var_samp', 'float')),
  VAR_POP: rule(1, 1, '', plain('var_pop', 'float')),
  CORR: rule(2, 2, '', plain('corr', 'float')),
  COVAR_POP: rule(2, 2, '', plain('covar_pop', 'float')),
  COVAR_SAMP: rule(2, 2, '', plain('covar_samp', 'float')),
  PERCENTILE_CONT: windowed('quantile_cont', 'float', 2, 2),
  PERCENTILE_DISC: windowed('quantile_disc', '0', 2, 2),
  ROW_NUMBER: windowed('row_number', 'int', 0, 0),
  RANK: windowed('rank', 'int', 0, 0),
  DENSE_RANK: windowed('dense_rank', 'int', 0, 0),
  PERCENT_RANK: windowed('percent_rank', 'float', 0, 0),
  CUME_DIST: windowed('cume_dist', 'float', 0, 0),
  NTILE: windowed('ntile', 'int', 1, 1),
  LAG: windowed('lag', '0', 1, 3),
  LEAD: windowed('lead', '0', 1, 3),
  FIRST_VALUE: windowed('first_value', '0', 1, 1, 'n'),
  LAST_VALUE: windowed('last_value', '0', 1, 1, 'n'),
  NTH_VALUE: windowed('nth_value', '0', 2, 2, 'n'),
};

/** Writes a call of a known aggregate or window function. @throws UnsupportedSql where it is not GoogleSQL's form. */
export function aggregateCall(made: Rule, call: Call): Value {
  const { rw, group, name } = call;
  const parts = partsOf(group, rw);
  const [least, most] = made.args;
  const given: Readonly<Record<string, boolean>> = {
    d: parts.distinct,
    n: parts.nulls !== undefined,
    h: parts.having !== undefined,
    o: parts.order.length > 0,
    l: parts.limit !== undefined,
  };
  const extra = Object.keys(given).find((part) => given[part] === true && !made.takes.includes(part));
  if (extra !== undefined) {
    const words: Readonly<Record<string, string>> = {
      d: 'DISTINCT',
      n: 'NULLS',
      h: 'HAVING',
      o: 'ORDER BY',
      l: 'LIMIT',
    };
    rw.refuse(group, `${name} does not take ${words[extra]} here`);
  }
  if (parts.args.length < least || parts.args.length > most) {
    rw.refuse(
      group,
      `${name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${parts.args.length}`,
    );
  }
  if (made.over === 'must' && call.over === '') rw.refuse(group, `${name} needs OVER`);
  if ((parts.order.length > 0 || parts.limit !== undefined) && call.over !== '')
    rw.refuse(group, `${name} takes no ORDER BY or LIMIT of its own with OVER`);
  return made.emit(parts, call);
}
