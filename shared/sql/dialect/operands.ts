/** Operands: literals, names, calls, subscripts, CASE, ARRAY, STRUCT, parentheses. */
import { AGGREGATES, aggregateCall } from './aggregates.ts';
import { castCall } from './casts.ts';
import { DATE_CALLS, intervalValue, typedLiteral } from './dates.ts';
import { integer } from './expressions.ts';
import { literalText, sqlBytes, sqlName, sqlString, utcTimestamp } from './literals.ts';
import { SCALARS, scalarCall } from './scalars.ts';
import { type Cursor, type Group, isGroup, type Node, splitCommas, symbolOf, wordOf } from './tree.ts';
import { parseType } from './types.ts';
import { atom, commonKind, type Field, type Rewriting, type Value, wrap } from './value.ts';
import { QUOTE, REFUSED, REFUSED_FAMILIES, RESERVED } from './words.ts';

/** A name as DuckDB takes it. */
export function nameSql(node: Node, rw: Rewriting): string {
  if (node.kind === 'quoted') {
    const name = node.text.slice(1, -1);
    if (/[.\\]/.test(name))
      rw.refuse(node, 'a table is named without its project or data set, and no name has escapes');
    return sqlName(name);
  }
  return QUOTE.has(wordOf(node)) ? sqlName(node.text) : node.text;
}

/** Rewrites the operand at the cursor with the subscripts and fields that follow it. */
export function operand(cursor: Cursor, rw: Rewriting): Value {
  let value = primary(cursor, rw);
  for (;;) {
    const node = cursor.peek();
    const field = cursor.peek(1);
    if (isGroup(node, '[')) value = subscript(value, node, rw);
    else if (symbolOf(node) === '.' && (field?.kind === 'word' || field?.kind === 'quoted')) {
      cursor.at += 1;
      value = atom(`struct_extract(${value.sql}, ${sqlString(field.text.replaceAll('`', ''))})`);
    } else return value;
    cursor.at += 1;
  }
}

function primary(cursor: Cursor, rw: Rewriting): Value {
  const node = cursor.peek();
  if (node === undefined) throw new RangeError('an operand was read past its end');
  cursor.at += 1;
  switch (node.kind) {
    case 'number':
      return numberValue(node.text);
    case 'string':
    case 'bytes': {
      const text = literalText(node) ?? rw.refuse(node, "this literal has an escape that is not GoogleSQL's");
      if (text.includes('\0') && node.kind === 'string')
        rw.refuse(node, 'DuckDB literals cannot hold U+0000');
      return node.kind === 'bytes'
        ? atom(sqlBytes(text), 'bytes')
        : { ...atom(sqlString(text), 'string'), text };
    }
    case 'param':
      return atom(`$${node.text.slice(1)}`);
    case 'group':
      return node.text === '[' ? arrayLiteral(node, rw, undefined) : parenthesised(node, rw);
    case 'symbol':
      return rw.refuse(node, 'GoogleSQL has no such operator here');
    default:
      return named(node, cursor, rw);
  }
}

function numberValue(text: string): Value {
  if (/^(?:0x[\da-f]+|\d+)$/i.test(text)) return integer(BigInt(text));
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const digits = mantissa.startsWith('.')
    ? `0${mantissa}`
    : mantissa.endsWith('.')
      ? `${mantissa}0`
      : mantissa;
  return atom(`${digits}e${exponent}`, 'float');
}

function parenthesised(group: Group, rw: Rewriting): Value {
  const first = wordOf(group.items[0]);
  const one = splitCommas(group.items).length === 1;
  const query = first === 'SELECT' || first === 'WITH';
  if (query || !one) return atom(`(${rw.query(group.items)})`);
  const value = rw.value(group.items, group);
  return { ...value, sql: `(${value.sql})`, atom: true };
}

function arrayLiteral(group: Group, rw: Rewriting, type: string | undefined): Value {
  let names: readonly Field[] | undefined;
  const items = splitCommas(group.items).map((nodes) => {
    const struct = nodes[1];
    // In an array the first struct names the fields of those after it.
    const alike = names !== undefined && wordOf(nodes[0]) === 'STRUCT' && nodes.length === 2;
    const value =
      alike && isGroup(struct, '(')
        ? structValue(splitCommas(struct.items), struct, rw, names)
        : rw.value(nodes, group);
    names ??= value.fields;
    return value.sql;
  });
  const sql = `[${items.join(', ')}]`;
  return atom(type === undefined ? sql : `CAST(${sql} AS ${type})`, 'array');
}

function subscript(value: Value, group: Group, rw: Rewriting): Value {
  const [how, index, ...more] = group.items;
  if (!isGroup(index, '(') || more.length > 0) {
    return rw.refuse(
      group,
      'a subscript is [OFFSET(i)], [ORDINAL(i)], [SAFE_OFFSET(i)] or [SAFE_ORDINAL(i)]',
    );
  }
  const name = wordOf(how);
  const i = rw.value(index.items, index);
  const from = name.endsWith('ORDINAL') ? `${wrap(i)} - 1` : i.sql;
  if (name === 'OFFSET' || name === 'ORDINAL') return atom(`gsql_offset(${value.sql}, ${from})`);
  if (name !== 'SAFE_OFFSET' && name !== 'SAFE_ORDINAL') return rw.refuse(how ?? group, 'unknown subscript');
  if (i.integer === undefined) return atom(`gsql_safe_offset(${value.sql}, ${from})`);
  const position = i.integer + (name === 'SAFE_OFFSET' ? 1n : 0n);
  return atom(position > 0n ? `${wrap(value)}[${position}]` : `gsql_safe_offset(${value.sql}, ${from})`);
}

function named(node: Node, cursor: Cursor, rw: Rewriting): Value {
  const word = wordOf(node);
  const next = cursor.peek();
  if (word === 'NULL') return atom('NULL', 'null');
  if (word === 'TRUE' || word === 'FALSE') return atom(word, 'bool');
  if (word === 'CASE') return caseValue(node, cursor, rw);
  if (word === 'ARRAY' || word === 'STRUCT') return constructed(node, cursor, rw);
  if (word === 'INTERVAL') {
    const start = cursor.at - 1;
    // The amount is one operand, so that the part after it is not taken for a name.
    if (cursor.symbol() === '-') cursor.at += 1;
    operand(cursor, rw);
    cursor.at += 1;
    return intervalValue(cursor.nodes.slice(start, cursor.at), rw, node);
  }
  if (node.kind === 'word' && next?.kind === 'string') return typed(node, next, cursor, rw);
  if (isGroup(next, '(') && node.kind === 'word') {
    cursor.at += 1;
    return call(node, next, cursor, rw);
  }
  if (RESERVED.has(word)) rw.refuse(node, 'a reserved word where an operand is expected');
  if (/^CURRENT_(?:DATE|TIME|TIMESTAMP|DATETIME)$/.test(word)) refuseCall(word, node, rw);
  return path(node, cursor, rw);
}

function typed(node: Node, literal: Node, cursor: Cursor, rw: Rewriting): Value {
  if (literal.kind !== 'string') throw new TypeError('a typed literal is a string');
  cursor.at += 1;
  const text =
    literalText(literal) ?? rw.refuse(literal, "this literal has an escape that is not GoogleSQL's");
  return (
    typedLiteral(wordOf(node), text, utcTimestamp(text)) ??
    rw.refuse(
      node,
      'before a string only DATE, TIMESTAMP (with an offset or in UTC) and NUMERIC are the same on both engines',
    )
  );
}

function path(node: Node, cursor: Cursor, rw: Rewriting): Value {
  let sql = nameSql(node, rw);
  while (cursor.symbol() === '.') {
    const field = cursor.peek(1);
    if (field?.kind !== 'word' && field?.kind !== 'quoted') break;
    if (isGroup(cursor.peek(2), '(')) {
      const safe =
        wordOf(node) === 'SAFE'
          ? 'SAFE. is not available: use SAFE_CAST, SAFE_DIVIDE or a condition'
          : 'unknown function';
      rw.refuse(node, safe);
    }
    sql += `.${RESERVED.has(wordOf(field)) ? sqlName(field.text) : nameSql(field, rw)}`;
    cursor.at += 2;
  }
  return atom(sql);
}

function refuseCall(name: string, at: Node, rw: Rewriting): never {
  const family = REFUSED_FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
  return rw.refuse(at, REFUSED[name] ?? family ?? 'unknown function');
}

function call(node: Node, group: Group, cursor: Cursor, rw: Rewriting): Value {
  const name = wordOf(node);
  const aggregate = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined;
  if (aggregate !== undefined) {
    return aggregateCall(aggregate, {
      name,
      group: { ...group, ...place(node) },
      over: over(cursor, rw),
      rw,
    });
  }
  if (cursor.word() === 'OVER') rw.refuse(node, `${name} is no aggregate or window function`);
  const at = { ...group, ...place(node) };
  if (name === 'CAST' || name === 'SAFE_CAST') return castCall(at, name === 'SAFE_CAST', rw);
  if (name === 'EXISTS') return atom(`EXISTS (${rw.query(group.items)})`, 'bool');
  const dated = Object.hasOwn(DATE_CALLS, name) ? DATE_CALLS[name] : undefined;
  if (dated !== undefined) return dated(at, name, rw);
  const scalar = Object.hasOwn(SCALARS, name) ? SCALARS[name] : undefined;
  if (scalar === undefined) return refuseCall(name, node, rw);
  const args = splitCommas(group.items).map((nodes) => rw.value(nodes, at));
  return scalarCall(scalar, args, { name, group: at, rw });
}

/** A call is refused at its name. */
function place({ text, line, column }: Node): { text: string; line: number; column: number } {
  return { text, line, column };
}

function over(cursor: Cursor, rw: Rewriting): string {
  if (!cursor.take('OVER')) return '';
  const window = cursor.peek();
  cursor.at += 1;
  if (isGroup(window, '(')) return ` OVER (${rw.query(window.items)})`;
  if (window?.kind === 'word' || window?.kind === 'quoted') return ` OVER ${nameSql(window, rw)}`;
  return rw.refuse(window ?? (cursor.nodes.at(-1) as Node), 'OVER needs a window');
}

function caseValue(node: Node, cursor: Cursor, rw: Rewriting): Value {
  const parts: { word: string; nodes: Node[]; at: Node }[] = [{ word: 'CASE', nodes: [], at: node }];
  for (let depth = 1; ; cursor.at += 1) {
    const next = cursor.peek();
    if (next === undefined) return rw.refuse(node, 'this CASE has no END');
    const word = wordOf(next);
    if (word === 'CASE') depth += 1;
    if (word === 'END') depth -= 1;
    if (depth === 0) break;
    if (depth === 1 && /^(?:WHEN|THEN|ELSE)$/.test(word)) parts.push({ word, nodes: [], at: next });
    else parts.at(-1)?.nodes.push(next);
  }
  cursor.at += 1;
  const kinds: Value['kind'][] = [];
  const sql = parts.map(({ word, nodes, at }) => {
    if (word === 'CASE' && nodes.length === 0) return word;
    const value = rw.value(nodes, at);
    if (word === 'THEN' || word === 'ELSE') kinds.push(value.kind);
    return `${word} ${value.sql}`;
  });
  return atom(`${sql.join(' ')} END`, commonKind(kinds));
}

/** `ARRAY[…]`, `ARRAY<T>[…]`, `ARRAY(query)`, `STRUCT(…)`, `STRUCT<…>(…)`. */
function constructed(node: Node, cursor: Cursor, rw: Rewriting): Value {
  let type: string | undefined;
  if (isGroup(cursor.peek(), '<')) {
    cursor.at -= 1;
    type = parseType(cursor, rw, node).sql;
  }
  const group = cursor.peek();
  cursor.at += 1;
  if (wordOf(node) === 'ARRAY') {
    if (isGroup(group, '[')) return arrayLiteral(group, rw, type);
    if (isGroup(group, '(') && type === undefined) return atom(`ARRAY(${rw.query(group.items)})`, 'array');
  } else if (isGroup(group, '(')) {
    if (type === undefined) return structValue(splitCommas(group.items), group, rw);
    const items = splitCommas(group.items).map((nodes) => rw.value(nodes, group).sql);
    return atom(`CAST(row(${items.join(', ')}) AS ${type})`, 'struct');
  }
  return rw.refuse(node, 'this constructor is not complete');
}

/** A struct of `expression [AS name]` items; a bare column gives its own name. */
export function structValue(
  items: readonly (readonly Node[])[],
  at: Node,
  rw: Rewriting,
  names: readonly Field[] = [],
): Value {
  const fields = items.map((nodes, i): Field => {
    const last = nodes.at(-1);
    const named = wordOf(nodes.at(-2)) === 'AS';
    const source = named ? nodes.slice(0, -2) : nodes;
    const bare = nodes.every((node, j) =>
      j % 2 === 0 ? node.kind === 'word' || node.kind === 'quoted' : symbolOf(node) === '.',
    );
    const given = names[i]?.name;
    if (given !== undefined && !named) return { name: given, sql: rw.value(nodes, at).sql, source: nodes };
    if (last === undefined || (!named && !bare))
      return rw.refuse(nodes[0] ?? at, 'each field of a STRUCT needs AS and a name');
    return { name: sqlString(last.text.replaceAll('`', '')), sql: rw.value(source, at).sql, source };
  });
  if (fields.length === 0) rw.refuse(at, 'a STRUCT needs a field');
  return { ...atom(`{${fields.map(({ name, sql }) => `${name}: ${sql}`).join(', ')}}`, 'struct'), fields };
}
