/** Bare table names of GoogleSQL made whole: stages' SQL names tables, where they are is the warehouse's business. */
import { tokenize } from '../sql/dialect/tokens.ts';
import { buildTree, isGroup, type Node, symbolOf, wordOf } from '../sql/dialect/tree.ts';
import { UnsupportedSql } from '../sql/dialect/unsupported.ts';
import { RESERVED } from '../sql/dialect/words.ts';

/** SQL with whole names, the bare tables it reads, and the parameters it uses, each once. */
export interface QualifiedSql {
  readonly sql: string;
  readonly tables: ReadonlySet<string>;
  readonly params: ReadonlySet<string>;
}

/**
 * Replaces each bare table name in a FROM or JOIN by `whole(name)`, unless a WITH in scope defines it; a table
 * without an alias keeps its bare name as one. Line breaks stay where they are. Throws UnsupportedSql, naming file
 * and line, where `whole` knows no such table.
 */
export function qualifyTables(
  sql: string,
  whole: (table: string) => string | undefined,
  file = '<sql>',
): QualifiedSql {
  const source = tokenize(sql, file);
  const walk = new Walk(whole, file);
  walk.query(buildTree(source, file), new Set());
  const text = source.tokens.map((token) => token.before + (walk.replaced.get(token) ?? token.text));
  const params = source.tokens.filter(({ kind }) => kind === 'param').map((token) => token.text.slice(1));
  return { sql: text.join('') + source.rest, tables: walk.tables, params: new Set(params) };
}

/** Clauses that end the tables of a FROM; a comma after them is no further table. */
const AFTER_FROM = new Set(
  'WHERE GROUP HAVING QUALIFY WINDOW ORDER LIMIT UNION INTERSECT EXCEPT SELECT ON USING'.split(' '),
);

class Walk {
  readonly replaced = new Map<Node, string>();
  readonly tables = new Set<string>();
  readonly #whole: (table: string) => string | undefined;
  readonly #file: string;

  constructor(whole: (table: string) => string | undefined, file: string) {
    this.#whole = whole;
    this.#file = file;
  }

  /** A query: its WITH, whose names are known from their definition on, and what follows. */
  query(nodes: readonly Node[], outer: ReadonlySet<string>): void {
    const scope = new Set(outer);
    let at = 0;
    if (wordOf(nodes[0]) === 'WITH') {
      at = 1;
      if (wordOf(nodes[1]) === 'RECURSIVE')
        throw new UnsupportedSql(this.#file, nodes[1] as Node, 'a recursive WITH is not known');
      for (;;) {
        const [name, , body] = nodes.slice(at, at + 3);
        if (name === undefined || !isGroup(body, '('))
          throw new UnsupportedSql(this.#file, name ?? (nodes[0] as Node), 'a WITH needs name AS (query)');
        this.query(body.items, scope);
        scope.add(bare(name).toLowerCase());
        at += 3;
        if (symbolOf(nodes[at]) !== ',') break;
        at += 1;
      }
    }
    this.#level(nodes.slice(at), scope, false);
  }

  /** Nodes of one level. `tables`: they are the tables of a FROM from the start, as in `FROM (a JOIN b …)`. */
  #level(nodes: readonly Node[], scope: ReadonlySet<string>, tables: boolean): void {
    const isQuery = nodes.some((node) => wordOf(node) === 'SELECT');
    let inFrom = tables;
    let expected = tables;
    for (const [index, node] of nodes.entries()) {
      const word = wordOf(node);
      if (node.kind === 'group') {
        this.#group(node.items, scope, expected);
        expected = false;
      } else if (word === 'FROM' && isQuery && wordOf(nodes[index - 1]) !== 'DISTINCT') {
        inFrom = true;
        expected = true;
      } else if (word === 'JOIN' && (isQuery || tables)) {
        inFrom = true;
        expected = true;
      } else if (inFrom && symbolOf(node) === ',') {
        expected = true;
      } else if (AFTER_FROM.has(word)) {
        // A comma cannot follow ON or USING within a FROM but as the next table's.
        if (word !== 'ON' && word !== 'USING') inFrom = false;
        expected = false;
      } else if (expected) {
        this.#table(nodes, index, scope);
        expected = false;
      }
    }
  }

  #group(items: readonly Node[], scope: ReadonlySet<string>, expected: boolean): void {
    const first = wordOf(items[0]);
    if (first === 'WITH' || first === 'SELECT') this.query(items, scope);
    else this.#level(items, scope, expected && !isGroup(items[0], '('));
  }

  #table(nodes: readonly Node[], index: number, scope: ReadonlySet<string>): void {
    const node = nodes[index] as Node;
    const next = nodes[index + 1];
    if (node.kind !== 'word' && node.kind !== 'quoted') return;
    // A path (`dataset.table`, `t.items`) is whole already; a call (`UNNEST(…)`) is no table.
    if (symbolOf(next) === '.' || isGroup(next, '(')) return;
    const name = bare(node);
    if (scope.has(name.toLowerCase()) || name.includes('.')) return;
    const whole = this.#whole(name);
    if (whole === undefined)
      throw new UnsupportedSql(this.#file, node, 'there is no such table to read here');
    this.tables.add(name);
    const aliased = wordOf(next) === 'AS' || next?.kind === 'quoted' || isName(next);
    this.replaced.set(node, aliased ? `\`${whole}\`` : `\`${whole}\` AS ${node.text}`);
  }
}

function isName(node: Node | undefined): boolean {
  return node?.kind === 'word' && !RESERVED.has(wordOf(node));
}

function bare(node: Node): string {
  return node.text.replaceAll('`', '');
}
