/** A mistake in a stage or in a query is named with its file and line. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStageFile } from '../../shared/google/bigquery-build.ts';
import { qualifyTables } from '../../shared/google/bigquery-names.ts';
import { exportStatements } from '../../shared/google/reverse-etl.ts';
import { LOAD_QUERIES, type LoadQuery } from '../../shared/sql/loads.ts';
import { stageNamed } from '../../shared/sql/stages.ts';
import { PROJECT } from '../shared/google/fake-bigquery.ts';
import { placeOf, problemsOf, problemsOfStage } from './check.ts';
import { wholeName } from './declared-tables.ts';
import { GoogleSql } from './googlesql.ts';
import { literalsOf } from './sql-literals.ts';

let googlesql: GoogleSql;
beforeAll(async () => {
  googlesql = await GoogleSql.start();
});
afterAll(() => googlesql.stop());

/** Stage, what is replaced in it, by what, the line's own text afterwards, and what is said of it. */
type Mistake = readonly [stage: string, find: string, replace: string, says: string];

const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  'a wrong column': [
    ['sessions', 'COUNTIF(skip)', 'COUNTIF(skipp)', 'Unrecognized name: skipp; Did you mean skip?'],
    ['recordings', 'ROUND(d.tempo * 10)', 'ROUND(d.bpm * 10)', 'Name bpm not found inside d'],
    ['artist_tracks', 'p.tid = t.tid', 'p.tid = t.track', 'Name track not found inside t'],
    [
      'degrees',
      'POW(COUNT(*), -@near_beta)',
      'POW(COUNT(*), -@near_betta)',
      "Query parameter 'near_betta' not found",
    ],
  ],
  'a wrong type': [
    ['listening', "l.type = 'listen'", 'l.type = 1', 'No matching signature for operator ='],
    ['listeners', 'l.received_at > e.erased_at', 'l.received_at > 0', 'No matching signature for operator >'],
    ['affinity_tracks', 'SUM(played) AS plays', "SUM('played') AS plays", 'No matching signature'],
    ['item_features', "CAST(t.energy AS STRING), '')", "t.energy, '')", 'No matching signature'],
  ],
  'a column of another type than declared': [
    [
      'audio_neighbours',
      '  score,\n  ROW_NUMBER',
      '  score / 1 AS score,\n  ROW_NUMBER',
      'Column 3 is score FLOAT64, declared is score INT64',
    ],
    [
      'seeds',
      '  recency - 1 AS seed_no',
      '  CAST(recency AS STRING) AS seed_no',
      'Column 4 is seed_no STRING, declared is seed_no INT64',
    ],
  ],
  'a column of another name or in another place than declared': [
    [
      'transitions',
      '  weight,\n  ROW',
      '  weight AS plays,\n  ROW',
      'Column 3 is plays INT64, declared is weight INT64',
    ],
    [
      'rejected',
      'SELECT DISTINCT lid, tid\n',
      'SELECT DISTINCT tid, lid\n',
      'Column 1 is tid INT64, declared is lid INT64',
    ],
  ],
  'a function that BigQuery lacks': [
    ['listening_hours', 'DIV(l.heard_at, 3600000)', 'epoch_ms(l.heard_at)', 'Function not found: epoch_ms'],
    ['shared_pools', 'LENGTH(s.pool_key)', 'strlen(s.pool_key)', 'Function not found: strlen'],
    [
      'artists',
      'DISTINCT l.artist_id',
      'DISTINCT list_first([l.artist_id]) AS artist_id',
      'Function not found: list_first',
    ],
    // GoogleSQL has it elsewhere: Bigtable's, for one.
    ['forgotten_favourites', 'SUM(b.plays) >=', 'IFERROR(SUM(b.plays), 0) >=', 'Function not found: IFERROR'],
  ],
  'syntax that BigQuery lacks': [
    ['exclusions', 'SELECT lid, target\nFROM', 'SELECT lid::INT64, target\nFROM', 'Syntax error'],
    ['audio_neighbours', 'a.*, DIV(tempo, 100)', 'a.* EXCLUDE (year), DIV(tempo, 100)', 'Syntax error'],
    // An alias is seen first in a HAVING: on BigQuery only.
    [
      'affinity_artists',
      'GROUP BY lid, aid',
      'GROUP BY lid, aid HAVING SUM(plays) > 0',
      'Aggregations of aggregations',
    ],
  ],
};

describe.each(Object.entries(MISTAKES))('%s', (_, mistakes) => {
  test.each(mistakes)('%s: %s → %s', async (name, find, replace, says) => {
    const stage = stageNamed(name);
    const text = await readStageFile(stage);
    expect(text.split(find).length, 'times it stands there').toBe(2);
    const broken = text.replace(find, () => replace);
    const [first = ''] = await problemsOfStage(googlesql, stage, broken);
    const at = broken.slice(0, text.indexOf(find) + replace.search(/\S/)).split('\n').length;
    expect(first).toContain(`shared/sql/stages/${name}.sql:${at}: `);
    expect(first).toContain(says);
  });
});

test('a table that no stage declares is named with its line', async () => {
  const stage = stageNamed('degrees');
  const broken = (await readStageFile(stage)).replace('FROM seeds', 'FROM seed');
  await expect(problemsOfStage(googlesql, stage, broken)).rejects.toThrow(
    /degrees\.sql:7:\d+.*no such table/s,
  );
});

test.each([
  ['a name', 'overwrite = TRUE', 'overwritten = TRUE', 'Unknown option: overwritten'],
  ['a type', 'overwrite = TRUE', "overwrite = 'yes'", 'overwrite'],
])('an option of an export is wrong in %s', async (_, find, replace, says) => {
  const load = LOAD_QUERIES[0] as LoadQuery;
  const source = wholeName(`load_${load.table}`) ?? '';
  const [statement] = exportStatements(load, source, { project: PROJECT });
  const sql = statement?.sql.replace(find, replace) ?? '';
  const { problems } = await problemsOf(googlesql, { sql, parameters: [] }, (line) => `export:${line}`);
  expect(problems).toEqual([expect.stringMatching(new RegExp(`^export:4: .*${says}`))]);
});

describe('a mistake in a TypeScript text', () => {
  const FILE = 'shared/sql/loads.ts';
  test.each([
    ['of its own', 't.taste,', 't.tastes,', 'Name tastes not found inside t'],
    ['in a text within it', 'GROUP BY listener_hash', 'GROUP BY listener', 'Unrecognized name: listener'],
  ])('%s', async (_, find, replace, says) => {
    const source = (await readFile(new URL(`../../${FILE}`, import.meta.url), 'utf8')).replace(find, replace);
    const load = LOAD_QUERIES[0];
    const broken = load?.sql.replace(find, replace) ?? '';
    const { sql } = qualifyTables(broken, wholeName);
    const place = placeOf(literalsOf(FILE, source), { id: 'load', sql, parameters: [] });
    const { problems } = await problemsOf(googlesql, { sql, parameters: 'any' }, place);
    const line = source.split('\n').findIndex((text) => text.includes(replace)) + 1;
    expect(problems).toEqual([expect.stringContaining(`${FILE}:${line}: ${says}`)]);
  });
});
