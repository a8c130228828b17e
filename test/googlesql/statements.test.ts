/** Google's analyzer takes every statement of the project, as BigQuery receives it, and no statement goes unasked. */
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStageFile } from '../../shared/google/bigquery-build.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import { placeOf, problemsOf, problemsOfStage } from './check.ts';
import { BARE } from './declared-tables.ts';
import { GoogleSql } from './googlesql.ts';
import { type Night, nightOnFake } from './night.ts';
import { bareNames, isMadeOf, isStatement, literalsOf, sqlLiterals } from './sql-literals.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** DuckDB's own SQL is here, and what only the local host asks, which is looked at below. */
const NOT_SENT = ['shared/embedded/', 'shared/sql/dialect/', 'infra/local/'];
const SENT = sqlLiterals('{shared,functions,infra}/**/*.ts', NOT_SENT);
/** The export turns its pages by `rowid`, which is DuckDB's alone. */
const LOCAL = sqlLiterals('infra/local/**/*.ts', ['infra/local/export-history.ts']);
/** What stands for `${table}` in a local statement. */
const EXPANDED: Readonly<Record<string, readonly string[]>> = {
  'infra/local/resume-erasures.ts': ['listens', 'controls', 'impressions'],
};

let googlesql: GoogleSql;
let night: Night;
beforeAll(async () => {
  [googlesql, night] = await Promise.all([GoogleSql.start(), nightOnFake()]);
});
afterAll(() => googlesql.stop());

describe('stages', () => {
  test.each(STAGES.map((stage) => [stage.name, stage] as const))('%s', async (_, stage) => {
    expect(await problemsOfStage(googlesql, stage, await readStageFile(stage))).toEqual([]);
  });

  test('are all the .sql files there are, and each was sent as it stands', async () => {
    const files = globSync('**/*.sql', { cwd: ROOT, exclude: (name) => name.includes('node_modules') });
    expect(files.map((file) => file.replaceAll('\\', '/')).sort()).toEqual(
      STAGES.map(({ name }) => `shared/sql/stages/${name}.sql`).sort(),
    );
    for (const stage of STAGES) {
      const sent = night.statements.filter(({ fills }) => fills === stage.name);
      expect(
        sent.map(({ sql }) => bareNames(sql).trim()),
        stage.name,
      ).toEqual([bareNames(await readStageFile(stage)).trim()]);
    }
  });
});

describe('statements', () => {
  test('of a whole night, an erasure and a removal are all taken', async () => {
    const problems: string[] = [];
    const kinds = new Map<string, number>();
    for (const statement of night.statements) {
      const checked = await problemsOf(googlesql, statement, placeOf(SENT, statement));
      problems.push(...checked.problems);
      for (const { kind } of checked.found) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(problems).toEqual([]);
    expect([...kinds.keys()].sort()).toEqual(['begin', 'commit', 'delete', 'export_data', 'query']);
    expect(kinds.get('query')).toBeGreaterThan(2 * STAGES.length);
  });

  test('are made of every SQL text in the sources that are deployed', () => {
    expect(SENT.length).toBeGreaterThan(20);
    const bare = [...new Set(night.statements.flatMap(({ sql }) => [bareNames(sql), sql]))];
    const unsent = SENT.filter((literal) => !bare.some((statement) => isMadeOf(statement, literal)));
    expect(unsent.map(({ file, line }) => `${file}:${line}`)).toEqual([]);

    const unknown = literalsOf(
      'new.ts',
      `const NEW_SQL = \`SELECT item_id FROM \${table} WHERE source = 1\`;`,
    );
    expect(unknown).toHaveLength(1);
    for (const literal of unknown) expect(bare.some((statement) => isMadeOf(statement, literal))).toBe(false);
  });

  test('of the local host are GoogleSQL too', async () => {
    const problems: string[] = [];
    for (const literal of LOCAL) {
      expect(isStatement(literal), `${literal.file}:${literal.line}`).toBe(true);
      const [head = '', ...rest] = literal.parts.map(({ text }) => text);
      const tables = rest.length === 0 ? [''] : (EXPANDED[literal.file] ?? []);
      expect(tables.length, `${literal.file}:${literal.line} is expanded`).toBeGreaterThan(0);
      for (const table of tables) {
        const sql = [head, ...rest].join(table);
        const place = (line: number) => `${literal.file}:${literal.line + line - 1}`;
        problems.push(...(await problemsOf(googlesql, { sql, parameters: 'any' }, place, BARE)).problems);
      }
    }
    expect(LOCAL.length).toBeGreaterThan(5);
    expect(problems).toEqual([]);
  });
});
