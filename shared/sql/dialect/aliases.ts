/**
 * Names given in SELECT. In GROUP BY, HAVING, QUALIFY and ORDER BY GoogleSQL takes `x` for what SELECT calls
 * x, DuckDB first for a column x of the tables: no error, another answer.
 */
import { AGGREGATES } from './aggregates.ts';
import { isGroup, type Node, splitCommas, symbolOf, wordOf } from './tree.ts';

/** SELECT's expressions by their lower-case names. */
export type Aliases = ReadonlyMap<string, readonly Node[]>;

const NONE: Aliases = new Map();
const AFTER_SELECT = /^(?:FROM|WHERE|GROUP|HAVING|QUALIFY|WINDOW|ORDER|LIMIT|UNION|EXCEPT|INTERSECT)$/;

/** A name without its backticks, for comparing; '' of what is no name. */
function nameOf(node: Node | undefined): string {
  return node?.kind === 'word' || node?.kind === 'quoted' ? node.text.replaceAll('`', '').toLowerCase() : '';
}

/** The names of the SELECT whose keyword stands at `at`. */
export function aliasesOf(nodes: readonly Node[], at: number): Aliases {
  if (wordOf(nodes[at]) !== 'SELECT') return NONE;
  let end = at + 1;
  // `* EXCEPT (…)` is no set operation.
  while (end < nodes.length && (!AFTER_SELECT.test(wordOf(nodes[end])) || isGroup(nodes[end + 1], '(')))
    end += 1;
  const found = new Map<string, readonly Node[]>();
  for (const item of splitCommas(nodes.slice(at + 1, end))) {
    const expression = wordOf(item[0]) === 'DISTINCT' ? item.slice(1) : item;
    const name = nameOf(expression.at(-1));
    const as = wordOf(expression.at(-2)) === 'AS';
    const path =
      expression.length > 1 &&
      expression.every((node, i) => (i % 2 === 0 ? nameOf(node) !== '' : symbolOf(node) === '.'));
    if (name !== '' && (as || path)) found.set(name, as ? expression.slice(0, -2) : expression);
  }
  return found;
}

/** What a bare name in GROUP BY stands for; `undefined` where it is no alias, or one of a subquery. */
export function aliased(aliases: Aliases, node: Node): readonly Node[] | undefined {
  const expression = aliases.get(nameOf(node));
  return expression !== undefined && mention(expression, 'select', true) === undefined
    ? expression
    : undefined;
}

/**
 * The first use, in the clause whose keyword stands at `at`, of a name that SELECT gives to an expression with
 * a column of that name inside. ORDER BY one such name alone is the same on both engines.
 */
export function hiddenUse(nodes: readonly Node[], at: number, aliases: Aliases): Node | undefined {
  const clause = wordOf(nodes[at]);
  let end = at + 1;
  while (end < nodes.length && !AFTER_SELECT.test(wordOf(nodes[end]))) end += 1;
  const items = splitCommas(nodes.slice(clause === 'ORDER' ? at + 2 : at + 1, end));
  const inside = clause === 'QUALIFY';
  for (const [name, expression] of aliases) {
    const itself = expression.every((node, i) =>
      i % 2 === 0 ? nameOf(node) !== '' : symbolOf(node) === '.',
    );
    if (itself || mention(expression, name, true) === undefined) continue;
    for (const item of items) {
      const alone =
        clause === 'ORDER' &&
        nameOf(item[0]) === name &&
        item.slice(1).every((node) => /^(?:ASC|DESC|NULLS|FIRST|LAST)$/.test(wordOf(node)));
      const use = alone ? undefined : mention(item, name, inside);
      if (use !== undefined) return use;
    }
  }
  return undefined;
}

/** Where a name stands; inside the parentheses of an aggregate only where `everywhere`, never as `t.name`'s part but then. */
function mention(nodes: readonly Node[], name: string, everywhere: boolean): Node | undefined {
  for (const [i, node] of nodes.entries()) {
    const called = isGroup(nodes[i + 1], '(') && node.kind === 'word';
    const qualified = symbolOf(nodes[i - 1]) === '.' || symbolOf(nodes[i + 1]) === '.';
    if (nameOf(node) === name && !called && (everywhere || !qualified)) return node;
    if (node.kind !== 'group' || (!everywhere && Object.hasOwn(AGGREGATES, wordOf(nodes[i - 1])))) continue;
    const inner = mention(node.items, name, everywhere);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
