/** What an operator gets wrong, and what a machine does: each gets a clear word, and nothing else is lost. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Status } from '../../infra/local/operations.ts';
import { openDataDirectory } from '../../shared/embedded/data-directory.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbTopics } from '../../shared/embedded/lmdb-topics.ts';
import { eventually, runCommand, startHost, temporaryFolder } from './host-process.ts';

const EMPTY = { SEGUE_COMMUNITY: 'off' };

describe('a directory', () => {
  it('has one host; a second is told which process has it and the first goes on', async () => {
    const directory = join(temporaryFolder(), 'data');
    const first = await startHost(directory, EMPTY);
    const second = await runCommand('start', [], directory);
    expect([second.code, second.stdout]).toEqual([2, '']);
    expect(second.stderr).toMatch(
      new RegExp(`^The data directory ${directory} is in use by process ${first.child.pid}\\.`),
    );
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    expect((await first.fetch('/livez')).status).toBe(200);
    const status: Status = await (await first.operations()).status();
    expect(status.pid).toBe(first.child.pid);
    expect((await first.stop()).code).toBe(0);
  });

  it('of another version is left as it is', async () => {
    const directory = temporaryFolder();
    for (const [format, advice] of [
      [2, 'Run the newer Segue'],
      [0, 'Export from it with the older Segue'],
    ]) {
      writeFileSync(join(directory, 'VERSION'), `${JSON.stringify({ format })}\n`);
      const { code, stderr } = await runCommand('start', [], directory);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(`has format ${format}, this Segue reads and writes format 1`),
      ]);
      expect(stderr).toContain(advice);
      expect(readdirSync(directory).filter((name) => !/^host\./.test(name))).toEqual(['VERSION']);
    }
  });

  it('that holds something else is left as it is', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'thesis.txt'), 'three years of work');
    for (const command of ['start', 'rebuild', 'token']) {
      const { code, stderr } = await runCommand(command, [], directory);
      expect([command, code, stderr]).toEqual([command, 2, expect.stringContaining("holds 'thesis.txt'")]);
    }
    expect(readdirSync(directory)).toEqual(['thesis.txt']);
    expect(readFileSync(join(directory, 'thesis.txt'), 'utf8')).toBe('three years of work');
  });
});

describe('starting', () => {
  it('on a port that is taken says so, and lets go of the directory', async () => {
    const directory = join(temporaryFolder(), 'data');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await runCommand('start', [], directory, { PORT: String(port) });
    expect([code, stderr]).toEqual([
      2,
      `Cannot listen on 127.0.0.1 port ${port}: another process has it. Choose with PORT and SEGUE_HOST.\n`,
    ]);
    server.close();
    expect((await (await startHost(directory, EMPTY)).stop()).code).toBe(0);
  });

  it('with a wrong configuration tells everything that is wrong with it at once, and makes nothing', async () => {
    const parent = temporaryFolder();
    const directory = join(parent, 'data');
    const { code, stderr } = await runCommand('start', [], directory, {
      PORT: 'eighty',
      SEGUE_LOG: 'loud',
      SEGUE_THREADS: '0',
      SEGUE_COMMUNITY: 'perhaps',
      SEGUE_REBUILD_HOUR: '25',
      SEGUE_OIDC_ISSUER: 'https://issuer.example',
    });
    expect(code).toBe(2);
    for (const name of [
      'PORT',
      'SEGUE_LOG',
      'SEGUE_THREADS',
      'SEGUE_COMMUNITY',
      'SEGUE_REBUILD_HOUR',
      'SEGUE_OIDC_AUDIENCE',
    ])
      expect(stderr).toContain(name);
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('a message that nobody can read', () => {
  it('is listed with its reason, put back, and let go, with and without a host', async () => {
    const directory = join(temporaryFolder(), 'data');
    await publishUnreadable(directory);
    const host = await startHost(directory, EMPTY);
    const operations = await host.operations();
    await eventually(
      () => operations.status(),
      ({ deadLetters }) => deadLetters === 2,
      10_000,
    );
    const listed = await runCommand('dead-letters', [], directory);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/update-signals {2}after 1 attempts: .*JSON/);
    expect(listed.stdout).toMatch(/listens-to-warehouse {2}after 1 attempts: .*JSON/);
    // Nothing has changed, so they die again.
    expect((await runCommand('dead-letters', ['--replay', 'all'], directory)).stdout).toMatch(
      /^2 put back\.$/m,
    );
    await eventually(
      () => operations.status(),
      ({ deadLetters }) => deadLetters === 2,
      10_000,
    );
    const [one, other] = await operations.deadLetters({ limit: 10, after: null });
    expect((await runCommand('dead-letters', ['--discard', String(one?.id)], directory)).stdout).toMatch(
      /^1 removed\.$/m,
    );
    expect((await host.stop()).code).toBe(0);
    const without = await runCommand('dead-letters', ['--discard', String(other?.id)], directory);
    expect([without.code, without.stdout]).toEqual([0, '1 removed.\nThere are no dead letters.\n']);
  });
});

/** As a bug in an older ingest might have. */
async function publishUnreadable(directory: string): Promise<void> {
  const environment = openLmdbEnvironment(openDataDirectory(directory, { exclusive: false }).rows);
  const topics = new LmdbTopics(environment, { clock: { now: Date.now }, random: Math.random });
  await topics.publish('listens', [{ orderingKey: 'ann', data: 'nonsense' }]);
  await topics.close();
  await environment.close();
}
