/** What a newcomer does: npm start, three pasted requests, one play. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Answer } from '../../shared/api/answer.ts';
import { environmentOf, eventually, HostProcess, ROOT, startHost, temporaryFolder } from './host-process.ts';

const run = promisify(execFile);

/** Runs a line as it was printed, and only then asks for the status as well. */
async function paste<T>(line = 'false'): Promise<{ status: number; body: T }> {
  const { stdout: pasted } = await run('bash', ['-c', line]);
  const { stdout: status } = await run('bash', ['-c', `${line} -o /dev/null -w '%{http_code}'`]);
  return { status: Number(status), body: JSON.parse(pasted) as T };
}

describe('npm start in an empty directory', () => {
  it('is ready, answers what it printed, takes a play, stops on request and goes on where it stopped', async () => {
    const directory = join(temporaryFolder(), 'data');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const child = spawn(npm, ['start'], {
      cwd: ROOT,
      env: environmentOf(directory),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const host = new HostProcess(child, directory);
    // npm, its shell and the host are one group; killing npm alone would leave the host behind.
    onTestFinished(() => {
      if (child.exitCode === null) process.kill(-Number(child.pid), 'SIGKILL');
    });
    await host.ready();
    expect(host.output.stdout).toContain(`Segue is ready at ${host.address} (data in ${directory})`);
    expect(host.output.stdout).toContain('generated listening community');
    expect(host.requests).toHaveLength(3);

    const weekly = await paste<Answer>(host.requests[0]);
    const profile = await paste(host.requests[1]);
    const next = await paste<Answer>(host.requests[2]);
    expect([weekly.status, profile.status, next.status]).toEqual([200, 200, 200]);
    const { listenerId, items, degraded, basis } = weekly.body;
    expect({ basis, degraded, count: items.length }).toEqual({ basis: 'build', degraded: [], count: 30 });
    expect(next.body).toMatchObject({ surface: 'next', listenerId, degraded: [] });
    expect(next.body.items).toHaveLength(5);
    expect(JSON.stringify(profile.body)).toContain(String(listenerId));

    const [first] = items;
    if (first === undefined) throw new Error('Discover Weekly is empty.');
    const path = `/v1/listeners/${listenerId}`;
    const event = {
      type: 'listen',
      eventId: 'e2e-play',
      listenerId,
      itemId: first.itemId,
      occurredAt: Date.now(),
      msPlayed: first.durationMs ?? 200_000,
      context: { surface: 'discover-weekly', position: 0, impressionId: first.impressionId },
    };
    const before = await host.getJson<{ [key: string]: unknown }>(`${path}/profile`);
    expect(JSON.stringify(before)).not.toContain(first.recordingId);
    const posted = await host.postEvents([event]);
    expect([posted.status, await posted.json()]).toEqual([202, { accepted: 1, duplicates: 0, rejected: [] }]);
    const acknowledged = performance.now();
    await eventually(
      async () => ({
        weekly: await host.getJson<Answer>(`${path}/discover-weekly`),
        profile: JSON.stringify(await host.getJson(`${path}/profile`)),
      }),
      (now) =>
        now.weekly.items.every(({ recordingId }) => recordingId !== first.recordingId) &&
        now.profile.includes(first.recordingId),
      1_000,
    );
    expect(performance.now() - acknowledged).toBeLessThan(1_000);

    // One item may also give way to another of its artist; all of them can only be filtered.
    const plays = items.map(({ itemId, durationMs, position }) => ({
      ...event,
      eventId: `e2e-play-${position}`,
      itemId,
      msPlayed: durationMs ?? 200_000,
    }));
    expect((await host.postEvents(plays)).status).toBe(202);
    const heard = new Set(items.map(({ recordingId }) => recordingId));
    const fresh = await eventually(
      () => host.getJson<Answer>(`${path}/discover-weekly`),
      (now) => now.items.every(({ recordingId }) => !heard.has(recordingId)),
      1_000,
    );
    expect(fresh.items.length).toBeGreaterThan(20);

    const statusBefore = await (await host.operations()).status();
    expect(statusBefore).toMatchObject({ address: host.address, community: 'present', deadLetters: 0 });
    // To the host itself: whether a signal to npm is passed on is npm's and the shell's business.
    process.kill(Number(readFileSync(join(directory, 'host.pid'), 'utf8')), 'SIGTERM');
    const ended = await host.ended;
    expect([ended.code, ended.signal]).toEqual([0, null]);
    expect(ended.stdout).toMatch(/Stopping.*\nStopped\.\s*$/);

    const again = await startHost(directory);
    expect(again.output.stderr).toBe('');
    expect((await (await again.operations()).status()).pointer).toEqual(statusBefore.pointer);
    const kept = await again.getJson<Answer>(`${path}/discover-weekly`);
    expect(kept.build).toBe(weekly.body.build);
    expect(kept.items.filter(({ recordingId }) => heard.has(recordingId))).toEqual([]);
    expect(await again.getJson(`${path}/profile`).then(JSON.stringify)).toContain(first.recordingId);
    expect((await again.stop()).code).toBe(0);
  });
});
