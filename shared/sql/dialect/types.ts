/** GoogleSQL type names as DuckDB's. */
import { sqlName } from './literals.ts';
import { Cursor, isGroup, type Node, splitCommas } from './tree.ts';
import type { Place } from './unsupported.ts';
import type { Kind, Rewriting } from './value.ts';

/** A type in DuckDB's SQL. */
export interface Type {
  readonly sql: string;
  readonly kind: Kind;
}

const TYPES: Readonly<Record<string, Type>> = {
  INT64: { sql: 'BIGINT', kind: 'int' },
  FLOAT64: { sql: 'DOUBLE', kind: 'float' },
  NUMERIC: { sql: 'DECIMAL(38, 9)', kind: 'numeric' },
  BOOL: { sql: 'BOOLEAN', kind: 'bool' },
  STRING: { sql: 'VARCHAR', kind: 'string' },
  BYTES: { sql: 'BLOB', kind: 'bytes' },
  DATE: { sql: 'DATE', kind: 'date' },
  TIMESTAMP: { sql: 'TIMESTAMP', kind: 'timestamp' },
};

/** Reads the type at the cursor: `INT64`, `ARRAY<STRUCT<a INT64, b STRING>>` and so on. */
export function parseType(cursor: Cursor, rw: Rewriting, at: Place): Type {
  const node = cursor.peek();
  const name = cursor.word();
  cursor.at += 1;
  if (name !== 'ARRAY' && name !== 'STRUCT') {
    return (
      TYPES[name] ?? rw.refuse(node ?? at, 'this type is not one of those that are the same on both engines')
    );
  }
  const inner = cursor.peek();
  if (!isGroup(inner, '<')) return rw.refuse(node ?? at, `${name} needs its element types in < >`);
  cursor.at += 1;
  if (name === 'ARRAY') return { sql: `${wholeType(inner.items, rw, inner).sql}[]`, kind: 'array' };
  const fields = splitCommas(inner.items).map(([field, ...type]) => {
    if (field?.kind !== 'word' && field?.kind !== 'quoted')
      return rw.refuse(field ?? inner, 'a STRUCT field needs a name');
    return `${sqlName(field.text.replaceAll('`', ''))} ${wholeType(type, rw, field).sql}`;
  });
  return { sql: `STRUCT(${fields.join(', ')})`, kind: 'struct' };
}

/** Reads a type that must be all there is. */
export function wholeType(nodes: readonly Node[], rw: Rewriting, at: Place): Type {
  const cursor = new Cursor(nodes);
  const type = parseType(cursor, rw, at);
  const more = cursor.peek();
  return more === undefined ? type : rw.refuse(more, 'unexpected after a type');
}
