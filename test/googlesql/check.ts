/** What Google's analyzer has against a statement, each with file and line. */
import { qualifyTables } from '../../shared/google/bigquery-names.ts';
import { queryParameters } from '../../shared/google/bigquery-values.ts';
import type { ColumnType } from '../../shared/schema/tables.ts';
import type { Stage } from '../../shared/sql/stage.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import { CUTOFF } from '../shared/sql/any-history.ts';
import { paramsOf } from '../shared/sql/stage-fixture.ts';
import { GoogleSqlError } from './client.ts';
import { DECLARED, wholeName } from './declared-tables.ts';
import type { Analysis, GoogleSql, OutputColumn, Query, Tables } from './googlesql.ts';
import type { Statement } from './night.ts';
import { bareNames, placeIn, type SqlLiteral } from './sql-literals.ts';

/** A one-based place in the text that was analysed, as `file:line`. */
export type Place = (line: number, column: number) => string;

/** What is wrong, as `file:line: what`; nothing where the analyzer takes it all. */
export async function problemsOf(
  googlesql: GoogleSql,
  query: Query,
  place: Place,
  tables: Tables = DECLARED,
): Promise<{ problems: string[]; found: Analysis[] }> {
  try {
    return { problems: [], found: await googlesql.analyze(query, tables) };
  } catch (error) {
    if (!(error instanceof GoogleSqlError)) throw error;
    return { problems: [`${place(error.line ?? 1, error.column ?? 1)}: ${error.message}`], found: [] };
  }
}

/** What is wrong with a text as this stage's: what the analyzer says, and columns that are not as declared. */
export async function problemsOfStage(googlesql: GoogleSql, stage: Stage, text: string): Promise<string[]> {
  const file = `shared/sql/stages/${stage.name}.sql`;
  const { sql } = qualifyTables(text, wholeName, file);
  const query = { sql, parameters: queryParameters(stage.params, paramsOf(stage, CUTOFF)) };
  const { problems, found } = await problemsOf(googlesql, query, (line) => `${file}:${line}`);
  return [...problems, ...found.flatMap(({ columns }) => differences(columns, stage.columns, file, text))];
}

/** A place in the file of the stage, or in the literal in TypeScript, that a statement was made of. */
export function placeOf(literals: readonly SqlLiteral[], { id, sql, fills }: Statement): Place {
  const bare = bareNames(sql);
  return (line, column) => {
    if (STAGES.some(({ name }) => name === fills)) return `shared/sql/stages/${fills}.sql:${line}`;
    return placeIn(literals, bare, line, column) ?? `${id}:${line}`;
  };
}

/** Columns by name, order and type. */
function differences(
  columns: readonly OutputColumn[],
  declared: Readonly<Record<string, ColumnType>>,
  file: string,
  text: string,
): string[] {
  const wanted = Object.entries(declared);
  const found: string[] = [];
  for (let index = 0; index < Math.max(wanted.length, columns.length); index++) {
    const [name, type] = columns[index] ?? [];
    const [wantedName, wantedType] = wanted[index] ?? [];
    if (name === wantedName && type === wantedType) continue;
    const is = name === undefined ? 'nothing' : `${name} ${type}`;
    const should = wantedName === undefined ? 'nothing' : `${wantedName} ${wantedType}`;
    found.push(`${file}:${lineOfColumn(text, name)}: Column ${index + 1} is ${is}, declared is ${should}`);
  }
  return found;
}

/** The last line that ends in the column, as an output is written; the last SELECT's where there is none. */
function lineOfColumn(text: string, name: string | undefined): number {
  const lines = text.split('\n');
  const named =
    name === undefined ? -1 : lines.findLastIndex((line) => new RegExp(`\\b${name}\\s*,?\\s*$`).test(line));
  return 1 + (named >= 0 ? named : lines.findLastIndex((line) => /^SELECT\b/.test(line)));
}
