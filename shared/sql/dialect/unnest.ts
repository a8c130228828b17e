/** UNNEST in FROM. */
import { nameSql } from './operands.ts';
import { type Cursor, isGroup, wordOf } from './tree.ts';
import type { Rewriting } from './value.ts';

/**
 * Rewrites `UNNEST(array) [AS name] [WITH OFFSET [AS name]]` at the cursor. A struct's fields are columns where
 * there is no name; else they are `name.field`.
 */
export function fromUnnest(cursor: Cursor, rw: Rewriting): string {
  const node = cursor.peek();
  const group = cursor.peek(1);
  const before = cursor.at === 0 ? '' : wordOf(cursor.nodes[cursor.at - 1]);
  const left = before === 'JOIN' && isOuter(cursor);
  if (node === undefined || !isGroup(group, '('))
    return rw.refuse(node ?? (cursor.nodes[0] as never), 'UNNEST needs an array');
  cursor.at += 2;
  const list = rw.value(group.items, group).sql;
  const name = alias(cursor, rw);
  let offset: string | undefined;
  if (cursor.take('WITH', 'OFFSET')) offset = alias(cursor, rw) ?? '"offset"';
  const on = left && cursor.word() !== 'ON' ? ' ON TRUE' : '';
  if (name === undefined) {
    const position = offset === undefined ? '' : `, generate_subscripts(${list}, 1) - 1 AS ${offset}`;
    return `LATERAL (SELECT unnest(${list}, max_depth := 2)${position})${on}`;
  }
  const table = `_${name.replaceAll('"', '')}`;
  if (offset === undefined) return `UNNEST(${list}) AS "${table}"(${name})${on}`;
  return `LATERAL (SELECT unnest(${list}) AS ${name}, generate_subscripts(${list}, 1) - 1 AS ${offset}) AS "${table}"${on}`;
}

function isOuter(cursor: Cursor): boolean {
  const words = [2, 3].map((back) => wordOf(cursor.nodes[cursor.at - back]));
  return words[0] === 'LEFT' || (words[0] === 'OUTER' && words[1] === 'LEFT');
}

function alias(cursor: Cursor, rw: Rewriting): string | undefined {
  const as = cursor.take('AS');
  const node = cursor.peek();
  const named =
    node?.kind === 'quoted' ||
    (node?.kind === 'word' && /^[A-Z_]\w*$/i.test(node.text) && !stops(wordOf(node)));
  if (!named || node === undefined)
    return as ? rw.refuse(node ?? (cursor.nodes.at(-1) as never), 'AS needs a name') : undefined;
  cursor.at += 1;
  return nameSql(node, rw);
}

function stops(word: string): boolean {
  return /^(?:WITH|WHERE|JOIN|CROSS|INNER|LEFT|RIGHT|FULL|ON|GROUP|ORDER|HAVING|QUALIFY|WINDOW|LIMIT|UNION|EXCEPT|INTERSECT|USING)$/.test(
    word,
  );
}
