/**
 * Operator expressions by precedence climbing: GoogleSQL's precedence of `<< >> & ^ |` and `||` is not
 * DuckDB's, so what comes out is in parentheses wherever that could matter.
 */
import { operand } from './operands.ts';
import type { Cursor } from './tree.ts';
import { atom, commonKind, type Kind, type Rewriting, type Value, wrap } from './value.ts';

const PRECEDENCE: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '||': 6,
};

/** Rewrites the longest run of operands and operators at the cursor. */
export function expression(cursor: Cursor, rw: Rewriting, least = 1): Value {
  let left = unary(cursor, rw);
  for (;;) {
    const op = cursor.symbol();
    const precedence = PRECEDENCE[op] ?? 0;
    const at = cursor.peek();
    if (precedence < least || at === undefined) return left;
    cursor.at += 1;
    const next = cursor.peek();
    if (next === undefined) return rw.refuse(at, 'nothing follows this operator');
    left = combine(op, left, expression(cursor, rw, precedence + 1));
  }
}

function unary(cursor: Cursor, rw: Rewriting): Value {
  const op = cursor.symbol();
  if (op !== '-' && op !== '+' && op !== '~') return operand(cursor, rw);
  cursor.at += 1;
  const value = unary(cursor, rw);
  if (op === '+') return value;
  if (op === '-' && value.integer !== undefined) return integer(-value.integer);
  return {
    sql: `(${op}${wrap(value).startsWith('-') ? `(${value.sql})` : wrap(value)})`,
    kind: value.kind,
    atom: true,
  };
}

/** An INT64 literal; DuckDB's own literals are 32 bits wide and overflow. */
export function integer(value: bigint): Value {
  const sql = value < 0n ? `CAST(${value} AS BIGINT)` : `${value}::BIGINT`;
  return { ...atom(sql, 'int'), integer: value };
}

/** The kind of a sum, difference or product; of columns nothing is known, but one float makes a float. */
function numberKind(left: Kind, right: Kind): Kind {
  if (left === 'float' || right === 'float') return 'float';
  return left !== undefined && right !== undefined ? commonKind([left, right]) : undefined;
}

function combine(op: string, left: Value, right: Value): Value {
  const call = (name: string): Value => atom(`${name}(${left.sql}, ${right.sql})`, 'int');
  switch (op) {
    case '<<':
      return call('gsql_shift_left');
    case '>>':
      return call('gsql_shift_right');
    case '^':
      return call('xor');
    case '/': {
      const literal = right.integer !== undefined && right.integer !== 0n;
      const divisor = literal || /^\d*[1-9]/.test(right.sql) ? wrap(right) : `gsql_nonzero(${right.sql})`;
      return { sql: `${wrap(left)} / ${divisor}`, kind: 'float', atom: false };
    }
    default:
  }
  const [a, b] = lightly(left, right);
  let kind = numberKind(left.kind, right.kind);
  if (op === '||') kind = left.kind;
  if (left.kind === 'timestamp' && right.kind === 'interval') kind = 'timestamp';
  if (left.kind === 'date' && right.kind === 'int') {
    return { sql: `${wrap(left)} ${op} CAST(${right.sql} AS INTEGER)`, kind: 'date', atom: false };
  }
  if (op === '&' || op === '|') kind = 'int';
  return { sql: `${a} ${op} ${b}`, kind, atom: false };
}

/** A small literal beside something else needs no cast: DuckDB gives it the other side's type. */
function lightly(left: Value, right: Value): [string, string] {
  const light = (value: Value, other: Value): string => {
    const { integer: n } = value;
    const small = n !== undefined && n >= 0n && n < 2_147_483_648n && other.integer === undefined;
    return small ? String(n) : wrap(value);
  };
  return [light(left, right), light(right, left)];
}
