/** One level of brackets, clause by clause: keywords, names and stars, and the expressions between them. */
import { type Aliases, aliased, aliasesOf, hiddenUse } from './aliases.ts';
import { expression } from './expressions.ts';
import { nameSql, structValue } from './operands.ts';
import { Cursor, type Group, isGroup, type Node, splitCommas, symbolOf, wordOf } from './tree.ts';
import { fromUnnest } from './unnest.ts';
import { type Rewriting, type Value, wrap } from './value.ts';
import { CLAUSES, OPERANDS, RESERVED } from './words.ts';

const SEPARATORS = new Set([',', '=', '<', '>', '<=', '>=', '!=', '<>']);
const SIGNS = new Set(['-', '+', '~']);
const STARTS = /^(?:SELECT|FROM|JOIN|WHERE|HAVING|QUALIFY|WINDOW|LIMIT|BY|ON|USING)$/;
const TESTS = /^(?:AND|OR|NOT|IS|IN|LIKE|BETWEEN)$/;

/** Text of a timestamp that is not in UTC. */
const OFFSET_TEXT = /^\d{4}-\d.*:\d\d(?:\.\d+)?\s*[+-]\d\d?(?::?\d\d)?$/;

/** Whether a value beside this is compared. */
function isTest(node: Node | undefined): boolean {
  return /^(?:[<>=!]=?|<>)$/.test(symbolOf(node)) || /^(?:AND|BETWEEN)$/.test(wordOf(node));
}

/** White space as it was, comments gone, so that an error of DuckDB's still names the line. */
function space(before: string): string {
  return before === '' ? '' : before.replace(/[^\n]/g, '') || ' ';
}

/** Rewrites the nodes of one level; `clause` is VALUE for an expression, QUERY for anything else. */
export class Clauses {
  /** The only expression, where there was nothing beside it. */
  only: Value | undefined;
  /** Whether there was a comparison or a logical operator. */
  compared = false;
  private readonly cursor: Cursor;
  private readonly rw: Rewriting;
  private clause: string;
  private aliases: Aliases = new Map();

  constructor(nodes: readonly Node[], rw: Rewriting, clause: 'VALUE' | 'QUERY') {
    this.cursor = new Cursor(nodes);
    this.rw = rw;
    this.clause = clause;
  }

  rewrite(): string {
    const { cursor } = this;
    const out: string[] = [];
    for (let node = cursor.peek(); node !== undefined; node = cursor.peek()) {
      out.push(space(node.before), this.step(node));
    }
    return out.join('');
  }

  private before(): Node | undefined {
    return this.cursor.nodes[this.cursor.at - 1];
  }

  /** Answers this SQL for the next nodes, stepping over them. */
  private over(count: number, sql: string): string {
    this.cursor.at += count;
    return sql;
  }

  private step(node: Node): string {
    const { cursor, rw } = this;
    const word = wordOf(node);
    const symbol = symbolOf(node);
    if (symbol === '*') return this.star();
    if (symbol !== '' && !SIGNS.has(symbol)) {
      if (!SEPARATORS.has(symbol)) rw.refuse(node, 'GoogleSQL has no such operator here');
      this.compared ||= symbol !== ',';
      return this.over(1, symbol);
    }
    if (word === 'UNNEST') return fromUnnest(cursor, rw);
    const called = /^(?:LEFT|RIGHT|EXISTS)$/.test(word) && isGroup(cursor.peek(1), '(');
    if (RESERVED.has(word) && !OPERANDS.has(word) && !called) return this.keyword(node, word);
    if (wordOf(this.before()) === 'AS') return this.alias(node);
    const here =
      (word === 'OFFSET' && this.clause === 'LIMIT') ||
      (word === 'ROW' && wordOf(this.before()) === 'CURRENT');
    if (here) return this.over(1, word);
    if (this.clause === 'FROM' && this.tableComes()) return this.table(node);
    if (isGroup(node, '(') && /^(?:IN|USING|ROLLUP)$/.test(wordOf(this.before()))) return this.inside(node);
    if (node.kind !== 'group' && cursor.symbol(1) === '.' && cursor.symbol(2) === '*') {
      return this.over(2, `${nameSql(node, rw)}.`);
    }
    return this.expression();
  }

  private expression(): string {
    const { cursor, rw } = this;
    const start = cursor.at;
    const before = this.before();
    const meant = this.groupedBy();
    if (meant !== undefined) return this.over(1, `(${rw.value(meant.nodes, meant.at).sql})`);
    const value = expression(cursor, rw);
    const test = this.inUnnest(value);
    if (test !== undefined) return test;
    if (start === 0 && cursor.done) this.only = value;
    if (OFFSET_TEXT.test(value.text ?? '') && (isTest(before) || isTest(cursor.peek()))) {
      rw.refuse(cursor.nodes[start] as Node, 'DuckDB drops the offset of such text: say TIMESTAMP before it');
    }
    return value.integer !== undefined && this.isPosition(before) ? String(value.integer) : value.sql;
  }

  /** What a name standing alone in GROUP BY stands for, where SELECT says. */
  private groupedBy(): { nodes: readonly Node[]; at: Node } | undefined {
    const { cursor } = this;
    const at = cursor.peek();
    const next = cursor.peek(1);
    const ends = next === undefined || symbolOf(next) === ',' || wordOf(next) !== '';
    if (this.clause !== 'GROUP BY' || at === undefined || !ends) return undefined;
    const nodes = aliased(this.aliases, at);
    return nodes && { nodes, at };
  }

  /** Whether an integer just read is a count of rows or a column's position: it then stays as it is. */
  private isPosition(before: Node | undefined): boolean {
    const { cursor, clause } = this;
    if (clause === 'LIMIT' || /^(?:PRECEDING|FOLLOWING)$/.test(cursor.word())) return true;
    const alone = cursor.done || cursor.symbol() === ',' || cursor.word() !== '';
    return clause.endsWith('BY') && alone && (wordOf(before) === 'BY' || symbolOf(before) === ',');
  }

  private inUnnest(value: Value): string | undefined {
    const { cursor, rw } = this;
    const negated = cursor.word() === 'NOT' ? 1 : 0;
    const group = cursor.peek(negated + 2);
    if (cursor.word(negated) !== 'IN' || cursor.word(negated + 1) !== 'UNNEST' || !isGroup(group, '(')) {
      return undefined;
    }
    cursor.at += negated + 3;
    this.compared = true;
    const test = `gsql_in_array(${value.sql}, ${rw.value(group.items, group).sql})`;
    return negated === 1 ? `(NOT ${test})` : test;
  }

  private keyword(node: Node, word: string): string {
    const { cursor, rw } = this;
    if (!CLAUSES.has(word)) rw.refuse(node, 'this word is not supported here');
    const next = cursor.word(1);
    if (
      /^(?:EXCEPT|INTERSECT|UNION)$/.test(word) &&
      next !== 'DISTINCT' &&
      !(word === 'UNION' && next === 'ALL')
    ) {
      rw.refuse(node, `${word} needs ${word === 'UNION' ? 'ALL or ' : ''}DISTINCT`);
    }
    if (word === 'SELECT') this.aliases = aliasesOf(cursor.nodes, cursor.at);
    if (/^(?:HAVING|QUALIFY|ORDER)$/.test(word)) {
      const hidden = hiddenUse(cursor.nodes, cursor.at, this.aliases);
      if (hidden)
        rw.refuse(hidden, "SELECT gives this column's name to something else: name that differently");
    }
    if (word === 'SELECT' && this.selectsAs()) return this.selectAs(node);
    // `IS DISTINCT FROM` begins no FROM clause.
    if (word === 'WINDOW' && this.clause === 'QUALIFY')
      rw.refuse(node, 'DuckDB wants WINDOW before QUALIFY: write the window out');
    if (STARTS.test(word) && !(word === 'FROM' && wordOf(this.before()) === 'DISTINCT')) {
      const by = word === 'BY' ? `${wordOf(this.before())} BY` : word;
      this.clause = word === 'JOIN' ? 'FROM' : by;
    }
    this.compared ||= TESTS.test(word);
    return word === 'LIKE' ? this.like(node) : this.over(1, node.text);
  }

  /** GoogleSQL's LIKE escapes with a backslash; DuckDB's only where told. */
  private like(node: Node): string {
    const { cursor, rw } = this;
    cursor.at += 1;
    if (cursor.done || /^(?:ANY|SOME|ALL)$/.test(cursor.word())) rw.refuse(node, 'LIKE takes one pattern');
    const value = expression(cursor, rw);
    const escaped = value.text === undefined || value.text.includes('\\');
    return `LIKE ${wrap(value)}${escaped ? " ESCAPE '\\'" : ''}`;
  }

  private selectsAs(): boolean {
    const { cursor } = this;
    return cursor.word(cursor.word(1) === 'DISTINCT' ? 2 : 1) === 'AS';
  }

  /** `SELECT AS STRUCT a, b FROM …` is a SELECT of one struct. */
  private selectAs(node: Node): string {
    const { cursor, rw } = this;
    cursor.at += 1;
    const distinct = cursor.take('DISTINCT') ? 'DISTINCT ' : '';
    if (!cursor.take('AS', 'STRUCT')) rw.refuse(node, 'SELECT AS VALUE is not supported');
    const from = cursor.at;
    while (!cursor.done && !/^(?:FROM|WHERE|ORDER|LIMIT|UNION)$/.test(cursor.word())) cursor.at += 1;
    this.clause = 'SELECT';
    return `SELECT ${distinct}${structValue(splitCommas(cursor.nodes.slice(from, cursor.at)), node, rw).sql}`;
  }

  private inside(group: Group): string {
    return this.over(1, `(${this.rw.query(group.items)})`);
  }

  private alias(node: Node): string {
    if (isGroup(node, '(')) return this.inside(node);
    if (node.kind !== 'word' && node.kind !== 'quoted') this.rw.refuse(node, 'AS needs a name');
    return this.over(1, nameSql(node, this.rw));
  }

  private star(): string {
    const { cursor, rw } = this;
    let out = this.over(1, '*');
    for (let group = cursor.peek(1); isGroup(group, '('); group = cursor.peek(1)) {
      const word = cursor.word();
      if (word !== 'EXCEPT' && word !== 'REPLACE') break;
      out += this.over(2, ` ${word === 'EXCEPT' ? 'EXCLUDE' : word} (${rw.query(group.items)})`);
    }
    return out;
  }

  private tableComes(): boolean {
    return symbolOf(this.before()) === ',' || /^(?:FROM|JOIN)$/.test(wordOf(this.before()));
  }

  private table(node: Node): string {
    const { cursor, rw } = this;
    if (isGroup(node, '(')) return this.inside(node);
    if (node.kind !== 'word' && node.kind !== 'quoted') rw.refuse(node, 'expected a table');
    if (cursor.symbol(1) === '.') {
      rw.refuse(node, 'a table is named without its project or data set, and an array goes into UNNEST');
    }
    if (isGroup(cursor.peek(1), '(')) rw.refuse(node, 'table functions are not the same on both engines');
    return this.over(1, nameSql(node, rw));
  }
}
