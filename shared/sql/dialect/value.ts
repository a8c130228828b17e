/** What an expression becomes, and what the rewriting functions share. */
import type { Node } from './tree.ts';
import type { Place } from './unsupported.ts';

/**
 * What is known of an expression's type without a catalogue; `whole` is a FLOAT64 without a fraction,
 * `null` the literal. `undefined` means: a column, a parameter, or something not followed this far.
 */
export type Kind =
  | 'int'
  | 'float'
  | 'whole'
  | 'numeric'
  | 'string'
  | 'bytes'
  | 'bool'
  | 'date'
  | 'timestamp'
  | 'interval'
  | 'array'
  | 'struct'
  | 'null'
  | undefined;

/** A field of STRUCT(…). */
export interface Field {
  readonly name: string;
  readonly sql: string;
  readonly source: readonly Node[];
}

/** An expression in DuckDB's SQL. */
export interface Value {
  readonly sql: string;
  readonly kind: Kind;
  /** True where `sql` needs no parentheses beside an operator. */
  readonly atom: boolean;
  /** An integer literal as written in decimal, without the cast to BIGINT. */
  readonly integer?: bigint;
  /** A string literal's characters. */
  readonly text?: string;
  /** For aggregates: the SQL of a value of the same type that holds no aggregate itself. */
  readonly witness?: string;
  /** Text that begins with 0x, so that it casts to INT64 the same way everywhere. */
  readonly hexadecimal?: boolean;
  /** For the digest functions: the SQL of the digest in hexadecimal. */
  readonly hex?: string;
  /** For STRUCT(…): its fields in order, each with its quoted name, its SQL and where that came from. */
  readonly fields?: readonly Field[];
}

/** One rewriting of one file. */
export interface Rewriting {
  readonly file: string;
  /** Rewrites one expression. */
  value(nodes: readonly Node[], at: Place): Value;
  /** Rewrites a list of nodes, a query or the inside of a clause, as it stands. */
  query(nodes: readonly Node[]): string;
  /** Refuses: throws UnsupportedSql. */
  refuse(at: Place, why: string): never;
}

/** A value that stands alone. */
export function atom(sql: string, kind?: Kind): Value {
  return { sql, kind, atom: true };
}

/** The SQL of a value, in parentheses where it needs them. */
export function wrap(value: Value): string {
  return value.atom ? value.sql : `(${value.sql})`;
}

/** The kind that branches of these kinds share. */
export function commonKind(kinds: readonly Kind[]): Kind {
  const known = [...new Set(kinds.filter((kind) => kind !== 'null'))];
  if (known.length === 1) return known[0];
  if (known.every((kind) => kind === 'int' || kind === 'whole'))
    return known.length === 0 ? undefined : 'whole';
  return known.every((kind) => kind === 'int' || kind === 'whole' || kind === 'float') ? 'float' : undefined;
}
