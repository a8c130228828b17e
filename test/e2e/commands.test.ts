/** The operator's commands: help, wrong calls, and the same work through a running host and without one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../shared/api/answer.ts';
import { createLocalVerifier } from '../../shared/auth/tokens.ts';
import { type Ended, runCommand, startHost, temporaryFolder } from './host-process.ts';

const COMMANDS = ['start', 'import', 'rebuild', 'publish', 'rollback', 'dead-letters', 'token', 'keys'];

/** A history of `plays` plays in the format of Spotify's account data, gzipped. */
function historyFile(path: string, plays: number, artist: string, share = 1): string {
  const records = Array.from({ length: plays }, (_, i) => ({
    endTime: `2026-0${1 + (i % 9)}-1${i % 10} 1${i % 10}:${10 + (i % 50)}`,
    artistName: `${artist} ${i % 13}`,
    trackName: `Song ${i % 60} ${Math.sqrt(i)}`,
    msPlayed: 90_000 + i,
  }));
  const packed = gzipSync(JSON.stringify(records, null, 1));
  writeFileSync(path, packed.subarray(0, Math.floor(packed.length * share)));
  return path;
}

describe.each(COMMANDS)('%s', (command) => {
  it('explains itself', async () => {
    const { code, stdout, stderr } = await runCommand(command, ['--help'], temporaryFolder());
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: npm ');
    expect(stdout).toContain('--help');
  });

  it('refuses an option it does not know, and says which it knows', async () => {
    const { code, stdout, stderr } = await runCommand(command, ['--frobnicate'], temporaryFolder());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--frobnicate');
    expect(stderr).toContain('Usage: npm ');
  });
});

describe('wrong calls', () => {
  it.each([
    ['import', [], 'an argument is missing'],
    ['publish', ['b1', 'b2'], 'too many arguments'],
    ['publish', ['nonsense'], 'There is no build nonsense.'],
    ['rollback', [], 'no earlier accepted build'],
    ['token', ['--days', 'soon'], '--days'],
    ['dead-letters', ['--limit', '-1'], '--limit'],
    ['token', ['--keys', 'nowhere'], 'nowhere has no signing key'],
    ['keys', [], 'an argument is missing'],
  ])('%s %j is told what is wrong: %s', async (command, args, message) => {
    const { code, stdout, stderr } = await runCommand(command, args, join(temporaryFolder(), 'data'));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

/** Two builds, back and forth, a token; `tell` runs one command after the other. */
async function operate(
  tell: (command: string, ...args: string[]) => Promise<Ended>,
  files: readonly string[],
) {
  const done = async (command: string, ...args: string[]) => {
    const ended = await tell(command, ...args);
    expect([command, ended.code, ended.stderr.includes('    at ')]).toEqual([command, 0, false]);
    return ended.stdout;
  };
  const imported = await done('import', ...files, '--listener', 'ann');
  expect(imported).toMatch(/400 records, 400 events/);
  const waived = ['--accept', 'coverage'];
  const buildOf = (text: string) =>
    /^Build (b\d{14}) is published: \d+ cells, identity [0-9a-f]{64}\.$/m.exec(text)?.[1];
  const first = buildOf(await done('rebuild', ...waived));
  const second = buildOf(await done('rebuild', ...waived));
  expect([first, second]).toEqual([expect.any(String), expect.any(String)]);
  const third = /^Build (b\d+) is loaded/m.exec(await done('rebuild', '--no-publish', ...waived))?.[1] ?? '';
  expect(await done('publish')).toBe(
    `${first}  published\n${second}  published  ← serves\n${third}  loaded\n`,
  );
  expect(await done('rollback')).toBe(`Build ${first} serves again.\n`);
  expect(await done('publish', third)).toBe(`Build ${third} serves.\n`);
  expect(await done('publish')).toBe(
    `${first}  published\n${second}  rolled-back\n${third}  published  ← serves\n`,
  );
  expect(await done('dead-letters')).toBe('There are no dead letters.\n');
  expect(await done('token', '--listener', 'ann', '--days', '1')).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const again = await done('import', ...files, '--listener', 'ann', '--json');
  expect(JSON.parse(again)).toMatchObject({
    removed: null,
    imported: { report: { files: [{ events: 400 }] } },
  });
  return third;
}

describe('keys of a deployment', () => {
  it('are made once; what is printed verifies and cannot sign; a new one signs while the old is believed', async () => {
    const folder = join(temporaryFolder(), 'keys');
    const publicParts = async (...args: string[]) => {
      const { code, stdout } = await runCommand('keys', [folder, ...args], temporaryFolder());
      expect([code, stdout.includes('"d"')]).toEqual([0, false]);
      return JSON.parse(stdout) as JWK[];
    };
    const token = async () =>
      (await runCommand('token', ['--keys', folder, '--listener', 'ann'], temporaryFolder())).stdout;
    const first = await publicParts();
    expect(await publicParts()).toEqual(first);
    const old = await token();
    const both = await publicParts('--rotate');
    expect(both).toEqual([expect.objectContaining({ kty: 'OKP' }), first[0]]);
    const clock = { now: () => Date.now() };
    const verifier = createLocalVerifier({ keys: async () => both, clock });
    for (const one of [old, await token()])
      expect((await verifier.verify(one.trim())).principal).toEqual({ kind: 'listener', listenerId: 'ann' });
    const before = createLocalVerifier({ keys: async () => first, clock });
    await expect(before.verify((await token()).trim())).rejects.toThrow();
  });
});

describe('all commands', () => {
  it('work on a directory that no host has', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'data');
    const files = [historyFile(join(folder, 'history.json.gz'), 400, 'Artist')];
    await operate((command, ...args) => runCommand(command, args, directory), files);
  });

  it('go through the host that has the directory, and act on what it answers', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'data');
    const files = [historyFile(join(folder, 'history.json.gz'), 400, 'Artist')];
    const host = await startHost(directory, { SEGUE_COMMUNITY: 'off' });
    expect((await host.fetch('/readyz')).status).toBe(503);
    const serving = await operate((command, ...args) => runCommand(command, args, directory), files);
    expect(await (await host.fetch('/readyz')).json()).toMatchObject({ status: 'ready', build: serving });
    const answer = await host.getJson<Answer>('/v1/listeners/ann/discover-weekly');
    expect(answer).toMatchObject({ build: serving, degraded: [] });
    const { stdout: token } = await runCommand('token', ['--listener', 'ann'], directory);
    const asAnn = (path: string) =>
      host.fetch(path, { headers: { authorization: `Bearer ${token.trim()}` } });
    expect((await asAnn('/v1/listeners/ann/profile')).status).toBe(200);
    expect((await asAnn('/v1/listeners/bob/profile')).status).toBe(403);
    expect((await host.stop()).code).toBe(0);
    // Let go of as it should be: a command has it to itself now.
    expect((await runCommand('publish', [], directory)).stdout).toContain('← serves');
  });

  it('import what a file cut short still holds, name it, and lose nothing of the others', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'data');
    const cut = historyFile(join(folder, 'cut.json.gz'), 3_000, 'Lost', 0.5);
    const whole = historyFile(join(folder, 'whole.json.gz'), 300, 'Kept');
    const noise = join(folder, 'noise.bin');
    writeFileSync(noise, Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 37) % 256)));
    const { code, stdout, stderr } = await runCommand('import', [cut, whole, noise], directory);
    expect([code, stderr.includes('    at ')]).toEqual([0, false]);
    const [, records, events] =
      /cut\.json\.gz \(spotify-account\): (\d+) records, (\d+) events/.exec(stdout) ?? [];
    expect(Number(events)).toBeGreaterThan(1_000);
    expect(Number(events)).toBeLessThan(3_000);
    expect(stdout).toContain(`cut.json.gz:${records}: the data breaks off here: unexpected end of file`);
    expect(stdout).toMatch(/whole\.json\.gz \(.*\): 300 records, 300 events/);
    expect(stdout).toMatch(/noise\.bin: not imported/);
    const none = await runCommand('import', [noise], directory);
    expect(none.code).toBe(3);
    const missing = await runCommand('import', [join(folder, 'nowhere.csv')], directory);
    expect(missing.code).toBeGreaterThan(0);
    expect(missing.stdout + missing.stderr).toContain('nowhere.csv');
  });
});
