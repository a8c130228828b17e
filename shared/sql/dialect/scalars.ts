/** The scalar functions both engines have, or can be made to have. */
import type { Group } from './tree.ts';
import { atom, commonKind, type Kind, type Rewriting, type Value, wrap } from './value.ts';

interface Call {
  readonly name: string;
  readonly group: Group;
  readonly rw: Rewriting;
}

type Emit = (args: readonly Value[], call: Call) => string | Value;

/** How a function is called: least and most arguments, the kind it returns ('0': its first argument's). */
export interface Rule {
  readonly min: number;
  readonly max: number;
  readonly kind: Kind | '0' | 'common';
  readonly emit: Emit;
}

/** `{0}` is the first argument, `{0|d}` the same where it may be missing with `d` its default. */
function rule(min: number, max: number, kind: Rule['kind'], emit: string | Emit): Rule {
  if (typeof emit !== 'string') return { min, max, kind, emit };
  const template = emit;
  return {
    min,
    max,
    kind,
    emit: (args) =>
      template.replace(/\{(\d)(?:\|([^}]*))?\}/g, (_all, i: string, missing?: string) => {
        const arg = args[Number(i)];
        return arg === undefined ? (missing ?? '') : wrap(arg);
      }),
  };
}

/** The same name and meaning on DuckDB. */
function same(names: string, min: number, max: number, kind: Rule['kind']): Record<string, Rule> {
  const emit =
    (name: string): Emit =>
    (args) =>
      `${name.toLowerCase()}(${args.map(({ sql }) => sql).join(', ')})`;
  return Object.fromEntries(names.split(' ').map((name) => [name, rule(min, max, kind, emit(name))]));
}

function aliases(names: string, made: Rule): Record<string, Rule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, made]));
}

const nonzero = (value: Value): string =>
  value.integer !== undefined && value.integer !== 0n ? wrap(value) : `gsql_nonzero(${value.sql})`;

/** An INTEGER argument, as DuckDB's counts of characters and digits are. */
const small = (value: Value | undefined, missing: string): string =>
  value === undefined ? missing : (value.integer?.toString() ?? `gsql_count(${value.sql})`);

const digits = (value: Value): string => value.integer?.toString() ?? `CAST(${value.sql} AS INTEGER)`;

const rounded =
  (name: string): Emit =>
  ([x, n]) => {
    const base = x?.kind === 'int' ? `CAST(${x.sql} AS DOUBLE)` : (x?.sql ?? '');
    if (n === undefined) return atom(`${name}(${base})`, x?.kind === 'numeric' ? 'numeric' : 'whole');
    return atom(`${name}(${base}, ${digits(n)})`, x?.kind === 'numeric' ? 'numeric' : 'float');
  };

/** What GoogleSQL trims when it is not told: Unicode white space, where DuckDB takes only U+0020. */
const SPACE =
  "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || '\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'";

const digest =
  (name: string): Emit =>
  ([x]) => ({ ...atom(`unhex(${name}(${x?.sql}))`, 'bytes'), hex: `${name}(${x?.sql})` });

const substring: Emit = ([s, p, n]) => {
  const direct = p?.integer !== undefined && p.integer > 0n && (n === undefined || (n.integer ?? -1n) >= 0n);
  if (direct) return `substr(${s?.sql}, ${p.integer}${n === undefined ? '' : `, ${n.integer}`})`;
  return n === undefined
    ? `gsql_substr(${s?.sql}, ${p?.sql})`
    : `gsql_substr_length(${s?.sql}, ${p?.sql}, ${n.sql})`;
};

/** REGEXP_EXTRACT gives its only group where the pattern has one; that must be seen in the text. */
function regexpGroup(pattern: Value | undefined, { group, name, rw }: Call): number {
  const text = pattern?.text;
  if (text === undefined) return rw.refuse(group, `${name} needs its pattern as a literal`);
  const bare = text.replace(/\\[\s\S]/g, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  const groups = bare.match(/\((?!\?)|\(\?P?</g)?.length ?? 0;
  return groups <= 1 ? groups : rw.refuse(group, `${name} takes a pattern with one group at most`);
}

const cases: Emit = ([condition, yes, no]) =>
  atom(`CASE WHEN ${condition?.sql} THEN ${yes?.sql} ELSE ${no?.sql} END`, commonKind([yes?.kind, no?.kind]));

const MICROS = (unit: number): Rule =>
  rule(1, 1, 'timestamp', `make_timestamp(CAST({0} AS BIGINT) * ${unit})`);

/** Known scalar functions by upper-case name. */
export const SCALARS: Readonly<Record<string, Rule>> = {
  ...same('ABS', 1, 1, '0'),
  ...same('SQRT LN LOG10 SIN COS TAN ASIN ACOS ATAN CBRT', 1, 1, 'float'),
  ...same('ATAN2', 2, 2, 'float'),
  ...same('COALESCE', 1, 99, 'common'),
  ...same('NULLIF', 2, 2, '0'),
  ...same('LOWER UPPER REVERSE', 1, 1, '0'),
  ...same('REPLACE TRANSLATE', 3, 3, '0'),
  ...same('STARTS_WITH ENDS_WITH', 2, 2, 'bool'),
  ...same('STRPOS', 2, 2, 'int'),
  ...same('ERROR', 1, 1, undefined),
  ...same('LAST_DAY', 1, 1, 'date'),
  ...aliases(
    'SIGN',
    rule(1, 1, undefined, ([x]) =>
      atom(`CAST(sign(${x?.sql}) AS ${x?.kind === 'float' ? 'DOUBLE' : 'BIGINT'})`, x?.kind),
    ),
  ),
  ROUND: rule(1, 2, undefined, rounded('round')),
  TRUNC: rule(1, 2, undefined, rounded('trunc')),
  FLOOR: rule(1, 1, undefined, rounded('floor')),
  ...aliases('CEIL CEILING', rule(1, 1, undefined, rounded('ceil'))),
  EXP: rule(1, 1, 'float', 'gsql_exp({0})'),
  ...aliases('POW POWER', rule(2, 2, 'float', 'gsql_pow({0}, {1})')),
  DIV: rule(2, 2, 'int', ([a, b]) => `(${wrap(a as Value)} // ${nonzero(b as Value)})`),
  MOD: rule(2, 2, 'int', ([a, b]) => `(${wrap(a as Value)} % ${nonzero(b as Value)})`),
  SAFE_DIVIDE: rule(2, 2, 'float', '({0} / nullif({1}, 0))'),
  IEEE_DIVIDE: rule(2, 2, 'float', '(CAST({0} AS DOUBLE) / CAST({1} AS DOUBLE))'),
  IS_NAN: rule(1, 1, 'bool', 'isnan(CAST({0} AS DOUBLE))'),
  IS_INF: rule(1, 1, 'bool', 'isinf(CAST({0} AS DOUBLE))'),
  GREATEST: rule(2, 2, 'common', 'gsql_greatest({0}, {1})'),
  LEAST: rule(2, 2, 'common', 'gsql_least({0}, {1})'),
  IFNULL: rule(2, 2, 'common', 'coalesce({0}, {1})'),
  IF: rule(3, 3, undefined, cases),
  BIT_COUNT: rule(1, 1, 'int', 'CAST(bit_count(CAST({0} AS BIGINT)) AS BIGINT)'),

  CONCAT: rule(1, 99, '0', (args) => ({
    ...atom(
      `(${args.map((arg) => (arg.kind === 'null' ? 'CAST(NULL AS VARCHAR)' : wrap(arg))).join(' || ')})`,
      'string',
    ),
    hexadecimal: /^0x$/i.test(args[0]?.text ?? ''),
  })),
  ...aliases(
    'LENGTH',
    rule(1, 1, 'int', ([x]) => `${x?.kind === 'bytes' ? 'octet_length' : 'length'}(${x?.sql})`),
  ),
  ...aliases('CHAR_LENGTH CHARACTER_LENGTH', rule(1, 1, 'int', 'length({0})')),
  ...aliases(
    'BYTE_LENGTH OCTET_LENGTH',
    rule(1, 1, 'int', ([x]) => `${x?.kind === 'bytes' ? 'octet_length' : 'strlen'}(${x?.sql})`),
  ),
  ...aliases('SUBSTR SUBSTRING', rule(2, 3, 'string', substring)),
  LEFT: rule(2, 2, 'string', ([s, n]) => `left(${s?.sql}, ${small(n, '')})`),
  RIGHT: rule(2, 2, 'string', ([s, n]) => `right(${s?.sql}, ${small(n, '')})`),
  REPEAT: rule(2, 2, 'string', ([s, n]) => `repeat(${s?.sql}, ${small(n, '')})`),
  LPAD: rule(2, 3, 'string', ([s, n, p]) => `lpad(${s?.sql}, ${small(n, '')}, ${p?.sql ?? "' '"})`),
  RPAD: rule(2, 3, 'string', ([s, n, p]) => `rpad(${s?.sql}, ${small(n, '')}, ${p?.sql ?? "' '"})`),
  TRIM: rule(1, 2, 'string', `trim({0}, {1|${SPACE}})`),
  LTRIM: rule(1, 2, 'string', `ltrim({0}, {1|${SPACE}})`),
  RTRIM: rule(1, 2, 'string', `rtrim({0}, {1|${SPACE}})`),
  SPLIT: rule(1, 2, 'array', "string_split({0}, {1|','})"),
  REGEXP_CONTAINS: rule(2, 2, 'bool', 'regexp_matches({0}, {1})'),
  REGEXP_REPLACE: rule(3, 3, 'string', "regexp_replace({0}, {1}, {2}, 'g')"),
  REGEXP_EXTRACT: rule(
    2,
    2,
    'string',
    ([s, p], call) =>
      `CASE WHEN regexp_matches(${s?.sql}, ${p?.sql}) THEN regexp_extract(${s?.sql}, ${p?.sql}, ${regexpGroup(p, call)}) END`,
  ),
  REGEXP_EXTRACT_ALL: rule(
    2,
    2,
    'array',
    ([s, p], call) => `regexp_extract_all(${s?.sql}, ${p?.sql}, ${regexpGroup(p, call)})`,
  ),
  MD5: rule(1, 1, 'bytes', digest('md5')),
  SHA1: rule(1, 1, 'bytes', digest('sha1')),
  SHA256: rule(1, 1, 'bytes', digest('sha256')),
  TO_HEX: rule(1, 1, 'string', ([x]) => x?.hex ?? `lower(hex(${x?.sql}))`),
  FROM_HEX: rule(1, 1, 'bytes', 'unhex({0})'),
  TO_BASE64: rule(1, 1, 'string', 'to_base64({0})'),
  FROM_BASE64: rule(1, 1, 'bytes', 'from_base64({0})'),
  CODE_POINTS_TO_BYTES: rule(1, 1, 'bytes', 'gsql_bytes_of({0})'),
  TO_JSON_STRING: rule(1, 1, 'string', 'gsql_json({0})'),

  ARRAY_LENGTH: rule(1, 1, 'int', 'len({0})'),
  ARRAY_TO_STRING: rule(2, 3, 'string', ([l, s, n]) =>
    n === undefined
      ? `array_to_string(${l?.sql}, ${s?.sql})`
      : `array_to_string(list_transform(${l?.sql}, lambda e: coalesce(e, ${n.sql})), ${s?.sql})`,
  ),
  ARRAY_REVERSE: rule(1, 1, 'array', 'list_reverse({0})'),
  ARRAY_CONCAT: rule(1, 99, 'array', (args) =>
    args.map(({ sql }) => sql).reduce((a, b) => `gsql_array_concat(${a}, ${b})`),
  ),
  GENERATE_ARRAY: rule(
    2,
    3,
    'array',
    (args) => `generate_series(${args.map(({ sql }) => `CAST(${sql} AS BIGINT)`).join(', ')})`,
  ),
  COSINE_DISTANCE: rule(2, 2, 'float', 'list_cosine_distance({0}, {1})'),
  EUCLIDEAN_DISTANCE: rule(2, 2, 'float', 'list_distance({0}, {1})'),
  RANGE_BUCKET: rule(2, 2, 'int', 'len(list_filter({1}, lambda e: e <= {0}))'),

  DATE: rule(1, 3, 'date', (args, { group, rw }) =>
    args.length === 1
      ? `CAST(${args[0]?.sql} AS DATE)`
      : args.length === 3
        ? `make_date(${args.map(({ sql }) => sql).join(', ')})`
        : rw.refuse(group, 'DATE with a time zone is not the same on both engines'),
  ),
  TIMESTAMP: rule(1, 1, 'timestamp', 'gsql_timestamp({0})'),
  UNIX_SECONDS: rule(1, 1, 'int', 'gsql_floor_micros({0}, 1000000)'),
  UNIX_MILLIS: rule(1, 1, 'int', 'gsql_floor_micros({0}, 1000)'),
  UNIX_MICROS: rule(1, 1, 'int', 'epoch_us({0})'),
  UNIX_DATE: rule(1, 1, 'int', "({0} - DATE '1970-01-01')"),
  DATE_FROM_UNIX_DATE: rule(1, 1, 'date', "(DATE '1970-01-01' + CAST({0} AS INTEGER))"),
  TIMESTAMP_SECONDS: MICROS(1_000_000),
  TIMESTAMP_MILLIS: MICROS(1000),
  TIMESTAMP_MICROS: MICROS(1),
};

/** Writes a call of a known scalar function. @throws UnsupportedSql where the number of arguments is wrong. */
export function scalarCall(made: Rule, args: readonly Value[], call: Call): Value {
  const { min, max } = made;
  if (args.length < min || args.length > max) {
    const wanted = min === max ? `${min}` : max === 99 ? `${min} or more` : `${min} to ${max}`;
    call.rw.refuse(call.group, `${call.name} takes ${wanted} arguments, not ${args.length}`);
  }
  const out = made.emit(args, call);
  if (typeof out !== 'string') return out;
  const kind =
    made.kind === '0'
      ? args[0]?.kind
      : made.kind === 'common'
        ? commonKind(args.map((arg) => arg.kind))
        : made.kind;
  return atom(out, kind === 'null' ? undefined : kind);
}
