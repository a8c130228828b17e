/** npm run doctor as an operator calls it: each thing that can be wrong is named, with what to do. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataDirectory } from '../../shared/embedded/data-directory.ts';
import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { LmdbTopics } from '../../shared/embedded/lmdb-topics.ts';
import { changePointer, withPublished } from '../../shared/rows/pointer.ts';
import { SUBSCRIPTIONS, TOPICS } from '../../shared/schema/topics.ts';
import { type Environment, environmentOf, ROOT, startHost, temporaryFolder } from '../e2e/host-process.ts';

const DOCTOR = join(ROOT, 'infra/local/commands/doctor.ts');
const isUnix = process.platform !== 'win32';

interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warn' | 'FAIL';
  readonly detail: string;
  readonly advice?: string;
}

function run(
  directory: string,
  args: readonly string[],
  more: Environment = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  // Without a PATH there is no gcloud, whose answer takes a second.
  const env = environmentOf(directory, { PATH: '', SEGUE_SAMPLE_DATA: directory, ...more });
  return new Promise((settle) => {
    execFile(process.execPath, [DOCTOR, ...args], { cwd: ROOT, env }, (error, stdout, stderr) =>
      settle({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** The exit code and what was found of each thing, by its name. */
async function examine(directory: string, more: Environment = {}) {
  const { code, stdout, stderr } = await run(directory, ['--json'], more);
  if (stdout === '') throw new Error(stderr);
  const findings = JSON.parse(stdout) as Finding[];
  return { code, found: Object.fromEntries(findings.map((finding) => [finding.check, finding])) };
}

/** A data directory as a stopped host leaves it. */
function stoppedDirectory(): string {
  const path = join(temporaryFolder(), 'data');
  openDataDirectory(path, { exclusive: true }).close();
  return path;
}

async function withEnvironment(
  directory: string,
  use: (environment: ReturnType<typeof openLmdbEnvironment>) => Promise<void>,
): Promise<void> {
  const environment = openLmdbEnvironment(join(directory, 'rows'));
  try {
    await use(environment);
  } finally {
    await environment.close();
  }
}

const clock = { now: () => Date.now() };

describe('npm run doctor', () => {
  it('passes before the first start and makes nothing', async () => {
    const directory = join(temporaryFolder(), 'data');
    const { code, found } = await examine(directory);
    expect(code).toBe(0);
    for (const check of ['node', 'lmdb', 'duckdb', 'settings', 'data directory', 'disk'])
      expect(found[check]).toMatchObject({ level: 'ok' });
    expect(found['data directory']?.detail).toContain('is not there yet');
    expect(existsSync(directory)).toBe(false);
  });

  it('tells every wrong setting and looks at the directory all the same', async () => {
    const directory = stoppedDirectory();
    const { code, found } = await examine(directory, { PORT: 'http', SEGUE_THREADS: '0' });
    expect(code).toBe(3);
    expect(found.settings).toMatchObject({ level: 'FAIL' });
    expect(found.settings?.detail).toMatch(/PORT.*SEGUE_THREADS/);
    expect(found['data directory']).toMatchObject({ level: 'ok' });
  });

  it('refuses a folder that is not Segue’s, a directory of another format and a broken VERSION', async () => {
    const foreign = temporaryFolder();
    writeFileSync(join(foreign, 'letter.txt'), 'Dear');
    const other = stoppedDirectory();
    writeFileSync(join(other, 'VERSION'), '{"format":99}\n');
    const broken = stoppedDirectory();
    writeFileSync(join(broken, 'VERSION'), '{"form');
    for (const [directory, reason] of [
      [foreign, /letter\.txt/],
      [other, /format 99.*format 1/],
      [broken, /VERSION/],
    ] as const) {
      const { code, found } = await examine(directory);
      expect(code).toBe(3);
      expect(found['data directory']).toMatchObject({ level: 'FAIL' });
      expect(found['data directory']?.detail).toMatch(reason);
      expect(found.host).toBeUndefined();
    }
    expect(readdirSync(foreign)).toEqual(['letter.txt']);
  });

  it.runIf(isUnix)('warns of keys that others may read, and names the command', async () => {
    const directory = stoppedDirectory();
    const key = join(directory, 'keys', 'signing-000001.json');
    writeFileSync(key, '{}', { mode: 0o644 });
    chmodSync(key, 0o644);
    const { code, found } = await examine(directory);
    expect(code).toBe(0);
    expect(found.permissions).toMatchObject({ level: 'warn', advice: `chmod go-rwx ${key}` });
    expect(statSync(key).mode & 0o777).toBe(0o644);
  });

  it('tells what a stopped host left: the build that served, what waits, what died', async () => {
    const directory = stoppedDirectory();
    const cutoff = Date.now() - 50 * 3_600_000;
    await withEnvironment(directory, async (environment) => {
      await changePointer(new LmdbRows(environment), cutoff, () => withPublished(undefined, cutoff));
      await new LmdbDocuments(environment).put('builds', 'b1', {
        id: 'b1',
        status: 'rejected',
        audits: [{ name: 'coverage', passed: false, detail: '3 of 9' }],
      });
      const topics = new LmdbTopics(environment, { clock, random: () => 0 });
      topics.subscribe(SUBSCRIPTIONS.updateSignals.name, async (messages) =>
        messages.map(() => ({ kind: 'dead', reason: 'unreadable' })),
      );
      await topics.publish(TOPICS.listens, [{ orderingKey: 'ana', data: '{}' }]);
      await topics.settled(SUBSCRIPTIONS.updateSignals.name);
      await topics.close();
    });
    const { code, found } = await examine(directory);
    expect(code).toBe(0);
    expect(found.host?.detail).toBe('does not run');
    // Fifty hours are no missed build while nobody was there to run one.
    expect(found.build).toMatchObject({ level: 'ok' });
    expect(found.build?.detail).toContain('50.0 h old');
    expect(found['last build']).toMatchObject({ level: 'warn' });
    expect(found['last build']?.detail).toContain('coverage: 3 of 9');
    expect(found.backlog?.detail).toContain('listens-to-warehouse 1');
    expect(found['dead letters']).toMatchObject({ level: 'warn', detail: '1' });
  });

  it('says who has the directory when nobody answers for it, and waits for nothing', async () => {
    const directory = stoppedDirectory();
    const held = openDataDirectory(directory, { exclusive: true });
    const { code, found } = await examine(directory);
    held.close();
    expect(code).toBe(0);
    expect(found.host).toMatchObject({ level: 'warn' });
    expect(found.host?.detail).toContain(`process ${process.pid}`);
  });

  it('asks the running host, and leaves it the directory', async () => {
    const directory = join(temporaryFolder(), 'data');
    const host = await startHost(directory, { SEGUE_COMMUNITY: 'off' });
    const { code, found } = await examine(directory);
    expect(code).toBe(0);
    expect(found.host).toMatchObject({ level: 'warn' });
    expect(found.host?.detail).toContain(`at ${host.address}, not ready: nothing is published`);
    expect(found.build).toMatchObject({ level: 'warn', detail: 'nothing is published' });
    expect(found.backlog).toMatchObject({ level: 'ok' });
    expect((await host.stop()).code).toBe(0);
  });

  it('names what is optional and missing loudly, and passes', async () => {
    const directory = stoppedDirectory();
    const { code, found } = await examine(directory, { SEGUE_SAMPLE_DATA: join(directory, 'none') });
    expect(code).toBe(0);
    for (const check of ['bigtable-emulator', 'pubsub-emulator', 'cloud-firestore-emulator', 'sample data'])
      expect(found[check]).toMatchObject({
        level: 'warn',
        detail: expect.stringContaining('NOT FOUND'),
        advice: expect.stringContaining('Optional'),
      });
  });

  it.runIf(isUnix)('finds the emulators that gcloud has, one by one', async () => {
    const sdk = temporaryFolder();
    mkdirSync(join(sdk, 'platform', 'pubsub-emulator'), { recursive: true });
    writeFileSync(join(sdk, 'gcloud'), `#!/bin/sh\necho '${sdk}'\n`, { mode: 0o755 });
    const { found } = await examine(stoppedDirectory(), { PATH: sdk });
    expect(found['pubsub-emulator']).toMatchObject({ level: 'ok' });
    expect(found['bigtable-emulator']?.advice).toContain('gcloud components install bigtable-emulator');
  });

  it('prints a line a finding with what to do below, and helps', async () => {
    const directory = join(temporaryFolder(), 'data');
    const { stdout, code } = await run(directory, [], { SEGUE_LOG: 'loud' });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ok {4}node: \d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^FAIL {2}settings: .*SEGUE_LOG.*\n {6}→ Correct/m);
    expect(stdout).toMatch(/\d+ ok, \d+ to look at, 1 failed\.\n$/);
    const help = await run(directory, ['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Usage: npm run doctor');
    const wrong = await run(directory, ['--fix']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--fix');
  });
});
