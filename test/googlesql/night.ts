/** A night of the project on the stand-in for BigQuery: every statement it sends, and what the stand-in answered. */
import { audit } from '../../functions/rebuild/audit.ts';
import { sweepErased } from '../../functions/rebuild/sweep.ts';
import { createHistory } from '../../functions/serve/history.ts';
import { createBigQueryBulkLoad } from '../../shared/google/bigquery-loads.ts';
import type { QueryParameter } from '../../shared/google/bigquery-values.ts';
import { BUILDS_DATASET } from '../../shared/schema/cloud.ts';
import type { ColumnType } from '../../shared/schema/tables.ts';
import { ERASED_SINCE_SQL, LOAD_QUERIES } from '../../shared/sql/loads.ts';
import { STAGES } from '../../shared/sql/stages.ts';
import { openWarehouse } from '../shared/google/bigquery-fixture.ts';
import { FakeBigQuery, PROJECT } from '../shared/google/fake-bigquery.ts';
import type { FakeResult } from '../shared/google/fake-bigquery-engine.ts';
import { CUTOFF, historyOf } from '../shared/sql/any-history.ts';
import { paramsOf, tablesOf } from '../shared/sql/stage-fixture.ts';
import { BUILD, DECLARED } from './declared-tables.ts';
import type { Row } from './googlesql.ts';
import type { Cell } from './values.ts';

/** A query job as BigQuery received it. */
export interface Statement {
  readonly id: string;
  readonly sql: string;
  readonly parameters: readonly QueryParameter[];
  /** The stage or load whose table it fills. */
  readonly fills?: string;
}

export interface Night {
  readonly statements: readonly Statement[];
  /** What each SELECT answered while the tables held `contents`, by the statement's text and parameters. */
  readonly answers: ReadonlyMap<string, FakeResult>;
  /** Rows of every table by its whole name, before anything was erased. */
  readonly contents: ReadonlyMap<string, readonly Row[]>;
  /** Rows that erasing removed, by table. */
  readonly erased: { readonly upTo: Record<string, number>; readonly whole: Record<string, number> };
}

/** Who is erased, and what of whom. */
export const ERASED = { upTo: 'l03', whole: 'l04' } as const;
const HISTORY = historyOf({ seed: 5, listeners: 14, recordings: 40, runs: 5 });
const IMPRESSIONS = ['l03', 'l04', 'l05'].map((listener, position) => ({
  impression_id: `i${position}`,
  listener_id: listener,
  surface: 'home',
  served_at: CUTOFF - position,
  position,
  item_id: 'r01-i0',
}));

export const answerKey = (sql: string, parameters: readonly QueryParameter[]): string =>
  JSON.stringify([sql, parameters]);

/** Does everything that sends SQL to BigQuery, once. */
export async function nightOnFake(): Promise<Night> {
  const fake = await FakeBigQuery.start();
  const answers = new Map<string, FakeResult>();
  const { engine } = fake;
  const select = engine.select.bind(engine);
  let recording = true;
  engine.select = async (sql, parameters) => {
    const answer = await select(sql, parameters);
    if (recording) answers.set(answerKey(sql, parameters), answer);
    return answer;
  };
  try {
    const warehouse = openWarehouse(fake);
    for (const [table, rows] of Object.entries(tablesOf(HISTORY)))
      await warehouse.append(table as 'listens', rows);
    await warehouse.append('impressions', IMPRESSIONS);

    const space = await warehouse.openBuild(BUILD);
    const stages: Record<string, { rows: number; ms: number }> = {};
    for (const stage of STAGES) {
      stages[stage.name] = await space.run(stage, paramsOf(stage, CUTOFF));
      for await (const rows of space.read(stage)) void rows;
    }
    await audit(space, { stages, cutoff: CUTOFF }, [], new Set());
    const bulk = createBigQueryBulkLoad({ warehouse, project: PROJECT, buildsDataset: BUILDS_DATASET });
    await bulk.prepare(BUILD, CUTOFF);
    for (const { table } of LOAD_QUERIES) await bulk.sample(BUILD, table, 5);
    await bulk.export(BUILD, CUTOFF);
    await space.query(ERASED_SINCE_SQL, { cutoff: CUTOFF });
    await createHistory(warehouse).events('l05', 'e00100', 7);

    const contents = new Map<string, readonly Row[]>();
    for (const [name, columns] of DECLARED)
      contents.set(name, rowsOf(columns, await select(`SELECT * FROM \`${name}\``, [])));

    const nobody = { async *scan() {}, deleteRows: async () => {} };
    await sweepErased({
      rows: nobody,
      // What it would erase is erased below.
      warehouse: { query: (sql, params) => warehouse.query(sql, params), eraseListener: async () => ({}) },
      forgetting: [],
      now: () => CUTOFF,
    });
    recording = false;
    const erased = {
      upTo: await warehouse.eraseListener(ERASED.upTo, CUTOFF - 90 * 86_400_000),
      whole: await warehouse.eraseListener(ERASED.whole),
    };
    await warehouse.removeSource('generated');
    return { statements: fake.ran.flatMap((id) => statementOf(fake, id)), answers, contents, erased };
  } finally {
    await fake.close();
  }
}

function statementOf(fake: FakeBigQuery, id: string): Statement[] {
  const { query } = fake.job(id) ?? {};
  if (query === undefined) return [];
  const fills = query.destinationTable?.tableId.replace(`${BUILD}__`, '');
  return [
    { id, sql: query.query, parameters: query.queryParameters ?? [], ...(fills !== undefined && { fills }) },
  ];
}

/** Rows out of the stand-in's answer, in the terms of the port. */
function rowsOf(columns: Readonly<Record<string, ColumnType>>, { fields, rows }: FakeResult): Row[] {
  return rows.map(({ f }) =>
    Object.fromEntries(
      fields.map(({ name }, index) => [name, cellIn(columns[name] ?? 'STRING', f[index]?.v ?? null)]),
    ),
  );
}

function cellIn(type: ColumnType, text: string | null): Cell {
  if (text === null) return null;
  if (type === 'BOOL') return text === 'true';
  if (type === 'TIMESTAMP') return Number(text) / 1000;
  return type === 'STRING' ? text : Number(text);
}
