/** SQL in TypeScript: where it stands in the sources, and which of it a statement was made of. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A string or template that holds SQL. */
export interface SqlLiteral {
  /** From the repository's root. */
  readonly file: string;
  /** Of its first character, one-based. */
  readonly line: number;
  /** The text between substitutions, with the line on which each part begins. */
  readonly parts: readonly { readonly text: string; readonly line: number }[];
}

const SQL =
  /\bSELECT\b[\s\S]*\bFROM\b|\b(?:DELETE FROM|INSERT INTO|MERGE INTO|EXPORT DATA|TRUNCATE TABLE|(?:BEGIN|COMMIT) TRANSACTION|CREATE (?:OR REPLACE )?(?:TEMP )?(?:TABLE|VIEW|FUNCTION))\b/;
const STATEMENT = /^\s*(?:SELECT|WITH|DELETE|INSERT|MERGE|EXPORT|TRUNCATE|BEGIN|COMMIT|CREATE)\b/;

/** The SQL literals of the files that a glob from the repository's root finds, but not those under `except`. */
export function sqlLiterals(glob: string, except: readonly string[]): SqlLiteral[] {
  return globSync(glob, { cwd: ROOT })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.includes('node_modules') && !except.some((folder) => file.startsWith(folder)))
    .sort()
    .flatMap((file) => literalsOf(file, readFileSync(join(ROOT, file), 'utf8')));
}

/** The SQL literals of one source text. */
export function literalsOf(file: string, text: string): SqlLiteral[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const found: SqlLiteral[] = [];
  const visit = (node: ts.Node): void => {
    const tokens = ts.isTemplateExpression(node)
      ? [node.head, ...node.templateSpans.map(({ literal }) => literal)]
      : ts.isStringLiteralLike(node)
        ? [node]
        : [];
    const parts = tokens.map((token) => ({ text: token.text, line: lineOf(token) }));
    const first = parts[0];
    if (first !== undefined && SQL.test(parts.map((part) => part.text).join(' x ')))
      found.push({ file, line: first.line, parts });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** True of what a job can be; false of what is only part of one. */
export function isStatement({ parts }: SqlLiteral): boolean {
  return STATEMENT.test(parts[0]?.text ?? '');
}

/** What a BigQuery job was sent, with bare table names again. Lines stay where they are. */
export function bareNames(sql: string): string {
  return sql.replaceAll(
    /`[\w-]+\.\w+\.(\w+)`(?: AS (\w+))?/g,
    (_, whole: string, alias: string | undefined) => {
      const name = whole.replace(/^\w*?__/, '');
      return alias === undefined || alias === name ? name : `${name} AS ${alias}`;
    },
  );
}

/** What stands for a substitution holds no clause of its own but between brackets. */
const HELD = '(?:(?!\\b(?:SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|LIMIT)\\b)[^()]|BRACKETS)*?';
const PATTERN = HELD.replace('BRACKETS', brackets(5));

function brackets(depth: number): string {
  return depth === 0 ? '\\([^()]*\\)' : `\\((?:[^()]|${brackets(depth - 1)})*\\)`;
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function patternOf(literal: SqlLiteral): RegExp {
  const parts = literal.parts.map(({ text }) => `(${escaped(text)})`).join(PATTERN);
  return isStatement(literal) ? new RegExp(`^\\s*${parts}\\s*;?\\s*$`, 'd') : new RegExp(parts, 'd');
}

/** True where the literal is the statement, one of a script's, or a part of one. */
export function isMadeOf(statement: string, literal: SqlLiteral): boolean {
  return pieces(statement).some(({ text }) => patternOf(literal).test(text));
}

/** `file:line` of a one-based line and column of a statement with bare names; undefined where no literal has it. */
export function placeIn(
  literals: readonly SqlLiteral[],
  statement: string,
  line: number,
  column: number,
): string | undefined {
  const lines = statement.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const at = start + Math.min(column - 1, lines[line - 1]?.length ?? 0);
  let best: { place: string; length: number } | undefined;
  for (const piece of pieces(statement)) {
    for (const literal of literals) {
      const { indices } = patternOf(literal).exec(piece.text) ?? {};
      for (const [index, part] of literal.parts.entries()) {
        const [from = 0, to = 0] = indices?.[index + 1] ?? [];
        const offset = at - piece.start;
        if (indices === undefined || offset < from || offset > to) continue;
        const place = `${literal.file}:${part.line + newlines(piece.text.slice(from, offset))}`;
        if (best === undefined || to - from < best.length) best = { place, length: to - from };
      }
    }
  }
  return best?.place;
}

const newlines = (text: string): number => text.split('\n').length - 1;

/** A script's statements, each with where it begins; a statement is a script of one. */
function pieces(script: string): { readonly text: string; readonly start: number }[] {
  let start = 0;
  return script.split(/(?<=;)(?=\n)/).map((text) => {
    const piece = { text, start };
    start += text.length;
    return piece;
  });
}
