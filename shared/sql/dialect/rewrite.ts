/** GoogleSQL to DuckDB's SQL: one SELECT, token by token, refusing what would not mean the same. */
import { Clauses } from './clauses.ts';
import { tokenize } from './tokens.ts';
import { buildTree, isGroup, type Node, symbolOf, wordOf } from './tree.ts';
import { type Place, UnsupportedSql } from './unsupported.ts';
import type { Rewriting, Value } from './value.ts';

/** A statement for DuckDB, and the names of the parameters it uses, in order (DuckDB refuses values for others). */
export interface DuckdbSql {
  readonly sql: string;
  readonly params: string[];
}

/**
 * Rewrites one GoogleSQL SELECT for DuckDB (with DUCKDB_SETTINGS and DUCKDB_MACROS in place).
 * `file` names the source in errors. Comments and a last semicolon are dropped.
 * @throws UnsupportedSql naming file, line, column and token.
 */
export function toDuckdb(sql: string, file = '<sql>'): DuckdbSql {
  const rewriting = new FileRewriting(file);
  const source = tokenize(sql, file);
  const nodes = buildTree(source, file);
  if (symbolOf(nodes.at(-1)) === ';') nodes.pop();
  const first = nodes[0] ?? rewriting.refuse({ text: '', line: 1, column: 1 }, 'there is no statement');
  if (!isGroup(first, '(') && wordOf(first) !== 'SELECT' && wordOf(first) !== 'WITH') {
    rewriting.refuse(first, 'a stage is one SELECT');
  }
  const params = source.tokens.filter(({ kind }) => kind === 'param').map(({ text }) => text.slice(1));
  return { sql: rewriting.query(nodes), params: [...new Set(params)] };
}

class FileRewriting implements Rewriting {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  refuse(at: Place, why: string): never {
    throw new UnsupportedSql(this.file, at, why);
  }

  value(nodes: readonly Node[], at: Place): Value {
    if (nodes.length === 0) this.refuse(at, 'an expression is missing here');
    const clauses = new Clauses(nodes, this, 'VALUE');
    const sql = clauses.rewrite().trim();
    return clauses.only ?? { sql, kind: clauses.compared ? 'bool' : undefined, atom: false };
  }

  query(nodes: readonly Node[]): string {
    return new Clauses(nodes, this, 'QUERY').rewrite();
  }
}
