/** A disk that fills up under a running host: refused in time, nothing acknowledged lost, and on it goes with room. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROBLEM_TYPE } from '../../shared/api/problem.ts';
import { decodeLiveEvents } from '../../shared/rows/live-events.ts';
import {
  environmentOf,
  eventually,
  HostProcess,
  ROOT,
  spawnHost,
  startHost,
  temporaryFolder,
} from './host-process.ts';
import { withRows, withWarehouse } from './stopped-stores.ts';

const START = [process.execPath, join(ROOT, 'infra/local/commands/start.ts')] as const;
const ENVIRONMENT = { SEGUE_COMMUNITY: 'off', SEGUE_LOG: 'silent' };

interface Disk {
  readonly name: string;
  /** Whether the host must live through it by itself. */
  readonly survives: boolean;
  /** Starts a host that will soon be without room; `clear` makes some under it. */
  start(): { host: HostProcess; clear(): void };
}

/** A small file system in memory, which really is full; only where mounting is allowed. */
const smallDisk: Disk = {
  name: 'a small file system',
  survives: true,
  start() {
    const mountPoint = join(temporaryFolder(), 'disk');
    mkdirSync(mountPoint);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'segue-test', mountPoint], { stdio: 'pipe' });
    onTestFinished(() => void execFileSync('umount', [mountPoint]));
    const directory = join(mountPoint, 'data');
    return {
      host: spawnHost(directory, ENVIRONMENT),
      clear: () => execFileSync('mount', ['-o', 'remount,size=1g', mountPoint]),
    };
  },
};

/**
 * No file may grow beyond a limit; needs no rights. What is left of the disk does not warn of such a limit, so LMDB
 * meets it, and the text of its error (lmdb 3.5.6) may damage the process, which is therefore started again.
 */
const fileLimit: Disk = {
  name: 'files that may not grow',
  survives: false,
  start() {
    const directory = join(temporaryFolder(), 'data');
    const child = spawn('bash', ['-c', `ulimit -S -f ${8 * 1024}; exec "$@"`, '-', ...START], {
      cwd: ROOT,
      env: environmentOf(directory, ENVIRONMENT),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A host that is started again has no such limit.
    return { host: new HostProcess(child, directory), clear: () => {} };
  },
};

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'segue-test', '/mnt'], { stdio: 'pipe' });
    return true;
  } catch {
    console.warn('Mounting is not permitted here: the full disk is tried by a limit on file sizes alone.');
    return false;
  }
}

/** Neither can be done elsewhere without an administrator. */
const disks: readonly Disk[] =
  process.platform === 'linux' ? [fileLimit, ...(mayMount() ? [smallDisk] : [])] : [];
if (disks.length === 0) console.warn('No way to fill a disk is known on this platform.');

function batch(number: number): { eventId: string; listenerId: string }[] {
  return Array.from({ length: 200 }, (_, i) => ({
    type: 'listen',
    eventId: `event-${number}-${i}`,
    listenerId: `listener-${i % 20}`,
    itemId: `item-${(number * 7 + i) % 150}`,
    occurredAt: Date.now() - 60_000 - i,
    context: {
      surface: 's'.repeat(120),
      sessionId: `${number}`.padEnd(120, 'x'),
      playlistId: 'p'.repeat(120),
    },
  }));
}

describe.each(disks)('$name', (disk) => {
  it('are refused with 503, and cost nothing that was acknowledged', async () => {
    const { host: first, clear } = disk.start();
    let host = first;
    await host.ready();
    const acknowledged = new Set<string>();
    const sent = new Set<string>();
    const send = async (number: number): Promise<Response> => {
      const events = batch(number);
      for (const { eventId } of events) sent.add(eventId);
      const response = await host.postEvents(events);
      if (response.status === 202) for (const { eventId } of events) acknowledged.add(eventId);
      return response;
    };

    const fill = async () => {
      let number = 0;
      let response = await send(number);
      while (response.status === 202 && number < 2_000) {
        await response.body?.cancel();
        response = await send(++number);
      }
      expect(response.status).toBe(503);
      expect(response.headers.get('content-type')).toBe(PROBLEM_TYPE);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({ status: 503, type: 'urn:segue:problem:unavailable' });
      // It goes on answering what needs no room, and refusing what does.
      for (let again = 0; again < 10; again++) {
        const repeated = await send(number + 1 + again);
        expect([202, 503]).toContain(repeated.status);
        await repeated.body?.cancel();
      }
      expect((await host.fetch('/livez')).status).toBe(200);
      expect([200, 503]).toContain((await host.fetch('/v1/listeners/listener-1/profile')).status);
    };
    try {
      await fill();
    } catch (error) {
      // Whoever asks a host that has ended gets no answer, which promises nothing.
      if (disk.survives || !(error instanceof TypeError)) throw error;
      await host.ended;
    }
    expect(acknowledged.size).toBeGreaterThan(1_000);

    if (disk.survives) clear();
    else {
      await host.kill();
      host = await startHost(host.directory, ENVIRONMENT);
    }
    const retried = await eventually(
      () => send(5_000),
      ({ status }) => status === 202,
      15_000,
    );
    expect(retried.status).toBe(202);
    const operations = await host.operations();
    await eventually(
      () => operations.status(),
      ({ backlog }) => Object.values(backlog).every(({ messages }) => messages === 0),
      60_000,
    );
    expect((await operations.status()).deadLetters).toBe(0);
    const build = await operations.rebuild({ accept: ['coverage'], publish: true });
    expect(build.status).toBe('published');
    expect((await host.stop()).code).toBe(0);

    const live = await withRows(host.directory, async ({ rows }) => {
      const found = new Set<string>();
      for await (const { key, cells } of rows.scan('listeners', { filters: [{ family: 'live' }] }))
        for (const { eventId } of decodeLiveEvents(key.slice(5), cells).events) found.add(eventId);
      return found;
    });
    expect(acknowledged.difference(live)).toEqual(new Set());
    expect(live.difference(sent)).toEqual(new Set());
    await withWarehouse(host.directory, async (warehouse) => {
      const space = await warehouse.openBuild(build.id);
      const counted = await space.query(
        'SELECT event_id, COUNT(*) AS times FROM listening GROUP BY event_id',
      );
      await space.close();
      expect(counted.filter(({ times }) => times !== 1)).toEqual([]);
      expect(new Set(counted.map((row) => row.event_id))).toEqual(live);
    });
  });
});
