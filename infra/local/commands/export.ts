/** npm run export: history as Avro files for a deployment in the cloud; with --check, whether files would be taken. */
import { closeSync, openSync, readSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { openDataDirectory } from '../../../shared/embedded/data-directory.ts';
import { openDuckdbWarehouse } from '../../../shared/embedded/duckdb-warehouse.ts';
import { InvalidInput, messageOf } from '../../../shared/errors.ts';
import { readAvroSchema, schemaProblems } from '../../../shared/export/avro-file.ts';
import { TABLES, type TableName } from '../../../shared/schema/tables.ts';
import { exportHistory } from '../export-history.ts';
import { readSettings } from '../settings.ts';
import { EXIT, print, runCommand } from './command.ts';

/** Longer than the schema of any table. */
const HEADER_BYTES = 64 * 1024;

function headerOf(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** What would be refused of a file, whose folder is called as its table. */
function problemsOf(path: string): string[] {
  const table = basename(dirname(path));
  if (!(table in TABLES))
    return [`${path}: its folder is not called as one of ${Object.keys(TABLES).join(', ')}`];
  try {
    const schema = readAvroSchema(headerOf(path));
    return schemaProblems(table, TABLES[table as TableName], schema).map((problem) => `${path}: ${problem}`);
  } catch (error) {
    return [`${path}: ${messageOf(error)}`];
  }
}

await runCommand({
  usage: 'npm run export -- FOLDER | --check FILE…',
  about:
    'Writes listens, catalogue and features of artists as Avro files, which BigQuery loads as they are. The host must be stopped. ' +
    'With --check it says whether files, wherever they come from, have the columns of the table that their folder is called as.',
  options: { check: { type: 'boolean' } },
  help: { check: 'Only look at the columns of files; exit code 3 when one would be refused.' },
  positionals: [1, 10_000],
  async run({ options, positionals }) {
    const paths = positionals.map((path) => resolve(process.env.INIT_CWD ?? '.', path));
    if (options.check === true) {
      const problems = paths.flatMap(problemsOf);
      for (const problem of problems) print(problem);
      if (problems.length === 0) print(`${paths.length} files have the columns of their tables.`);
      return problems.length === 0 ? EXIT.done : EXIT.refused;
    }
    const [folder, ...more] = paths;
    if (folder === undefined || more.length > 0)
      throw new InvalidInput([{ pointer: '', detail: 'one folder is written to' }]);
    const { dataDirectory, threads, memory } = readSettings(process.env);
    const directory = openDataDirectory(dataDirectory, { exclusive: true });
    try {
      const warehouse = await openDuckdbWarehouse({ directory: directory.path, threads, memory });
      try {
        for (const [table, rows] of Object.entries(await exportHistory(warehouse, folder)))
          print(`${table}: ${rows} rows`);
      } finally {
        await warehouse.close();
      }
    } finally {
      directory.close();
    }
    return EXIT.done;
  },
});
