/** CAST and SAFE_CAST; what the kind does not show, a macro decides from DuckDB's own type when it binds. */
import { sqlString, utcTimestamp } from './literals.ts';
import { Cursor, type Group, wordOf } from './tree.ts';
import { wholeType } from './types.ts';
import { atom, type Rewriting, type Value } from './value.ts';

/** Rewrites what stands in the parentheses of CAST or SAFE_CAST. */
export function castCall(group: Group, safe: boolean, rw: Rewriting): Value {
  const as = group.items.findLastIndex((node) => wordOf(node) === 'AS');
  if (as < 1) rw.refuse(group, 'CAST needs AS and a type');
  const cursor = new Cursor(group.items.slice(as + 1));
  const value = rw.value(group.items.slice(0, as), group);
  const type = wholeType(cursor.nodes, rw, group);
  const plain = atom(`${safe ? 'TRY_CAST' : 'CAST'}(${value.sql} AS ${type.sql})`, type.kind);
  const macro = (name: string): Value => atom(`gsql_${safe ? 'safe_' : ''}${name}(${value.sql})`, type.kind);
  const { kind } = value;
  if (kind === 'null' || kind === type.kind) return plain;
  switch (type.kind) {
    case 'int':
      if (kind === 'float')
        rw.refuse(
          group,
          'CAST(FLOAT64 AS INT64) rounds half away from zero on one engine only: say ROUND, FLOOR, CEIL or TRUNC',
        );
      if (value.text !== undefined) return literalInteger(value.text, plain, group, safe, rw);
      return kind === 'bool' || kind === 'whole' || value.hexadecimal === true ? plain : macro('int64');
    case 'string':
      if (kind === 'float' || kind === 'whole' || kind === 'numeric' || kind === 'timestamp') {
        rw.refuse(group, `CAST(${kind} AS STRING) gives different text on the two engines`);
      }
      if (kind === 'bytes') return atom(`decode(${value.sql})`, 'string');
      return kind === 'int' || kind === 'bool' || kind === 'date' ? plain : macro('string');
    case 'bool':
      return kind === 'int' ? plain : macro('bool');
    case 'bytes':
      return kind === 'string' ? atom(`encode(${value.sql})`, 'bytes') : macro('bytes');
    case 'timestamp':
      if (value.text !== undefined) {
        const text = utcTimestamp(value.text);
        if (text !== undefined) return atom(`TIMESTAMP ${sqlString(text)}`, 'timestamp');
      }
      return kind === 'date' ? plain : macro('timestamp');
    default:
      return plain;
  }
}

function literalInteger(text: string, plain: Value, at: Group, safe: boolean, rw: Rewriting): Value {
  if (/^\s*[-+]?(?:\d+|0x[\da-f]+)\s*$/i.test(text)) {
    const digits = text.trim();
    const sign = digits.startsWith('-') ? -1n : 1n;
    const value = sign * BigInt(digits.replace(/^[-+]/, ''));
    if (BigInt.asIntN(64, value) === value) return atom(`CAST(${sqlString(String(value))} AS BIGINT)`, 'int');
  }
  if (safe) return atom('CAST(NULL AS BIGINT)', 'int');
  return rw.refuse(at, `${JSON.stringify(text)} is no INT64 (${plain.sql})`);
}
