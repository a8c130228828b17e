import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BACKFILLED, backfillCommands } from '../../../infra/gcp/backfill.ts';
import { EXPORTED } from '../../../infra/local/export-history.ts';
import { createAvroFile } from '../../../shared/export/avro-file.ts';
import { type Columns, TABLES } from '../../../shared/schema/tables.ts';
import { exampleSettings } from './examples.ts';
import { evaluate } from './mocks.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;
let log: string;

/** A command that writes down how it was called; jobs that were loaded are known from then on. */
const FAKE = `#!/bin/sh
echo "$(basename "$0") $CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT $*" >> "$LOG"
case "$*" in *" show "*) grep -q -- "--job_id=\${5} " "$LOG" ;; esac
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-backfill-'));
  log = join(folder, 'log');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of ['bq', 'gcloud']) {
    writeFileSync(join(bin, name), FAKE);
    chmodSync(join(bin, name), 0o755);
  }
  // The project's own Node, as npx finds it.
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "$@"\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  for (const name of ['infra', 'shared', 'functions', 'node_modules', 'package.json'])
    symlinkSync(join(ROOT, name), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(table: 'listens' | 'catalogue', columns: Columns = TABLES[table].columns): void {
  mkdirSync(join(folder, 'history', table), { recursive: true });
  const file = createAvroFile(table, { ...TABLES[table], columns });
  writeFileSync(join(folder, 'history', table, 'part-0.avro'), Buffer.concat([file.append([]), file.end()]));
}

function run() {
  const { PATH } = process.env;
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${PATH}`, LOG: log, INIT_CWD: folder };
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', backfillCommands({ project: 'a-project', region: 'europe-west1' })],
    { cwd: folder, env, encoding: 'utf8' },
  );
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { status, output: stdout + stderr, calls };
}

test('each table’s files are sent and loaded by one job named by their bytes, as the account made for it', () => {
  write('listens');
  write('catalogue');
  const { status, calls, output } = run();
  expect(output).toContain('2 files have the columns of their tables.');
  expect(status).toBe(0);
  for (const call of calls) expect(call).toContain(' segue-backfill@a-project.iam.gserviceaccount.com ');
  const loads = calls.filter((call) => call.includes(' load '));
  expect(loads).toHaveLength(2);
  expect(loads[0]).toMatch(
    /--location=europe-west1 load --job_id=segue_backfill_listens_[0-9a-f]{16} --source_format=AVRO --use_avro_logical_types --noreplace segue\.listens gs:\/\/a-project-segue-import\/listens\/[0-9a-f]{16}\/\*\.avro$/,
  );
  const sent = calls.findIndex((call) =>
    call.includes('storage cp history/listens/part-0.avro gs://a-project-segue-import/listens/'),
  );
  expect(sent).toBeGreaterThanOrEqual(0);
  expect(sent).toBeLessThan(calls.findIndex((call) => call.includes(' load ')));
}, 30_000);

test('run again over the same files nothing is loaded twice', () => {
  write('listens');
  run();
  const { status, calls } = run();
  expect(status).toBe(0);
  expect(calls.filter((call) => call.includes(' load '))).toHaveLength(1);
  expect(calls.filter((call) => call.includes(' wait segue_backfill_listens_'))).toHaveLength(1);
}, 30_000);

test('a file with other columns is named, and nothing is sent', () => {
  write('listens');
  const { title: _, ...others } = TABLES.catalogue.columns;
  write('catalogue', { ...others, titel: 'STRING' });
  const { status, calls, output } = run();
  expect(status).not.toBe(0);
  expect(output).toContain('catalogue has no column titel');
  expect(calls).toEqual([]);
}, 30_000);

test('what is exported can be loaded, and the bucket and the account are there', async () => {
  expect([...BACKFILLED]).toEqual([...EXPORTED]);
  const { resources, outputs } = await evaluate(exampleSettings('dev'));
  expect(outputs.tryBackfill).toBe(backfillCommands({ project: 'my-project', region: 'europe-west1' }));
  const names = resources.map(({ inputs }) => inputs.name ?? inputs.accountId);
  expect(names).toEqual(expect.arrayContaining(['my-project-segue-import', 'segue-backfill']));
  execFileSync('sh', ['-n', '-c', outputs.tryBackfill]);
});
