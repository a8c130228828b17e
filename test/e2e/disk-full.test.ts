/** A disk that fills up under a running host: refused in time, nothing acknowledged lost, and on it goes with room. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROBLEM_TYPE } from '../../shared/api/problem.ts';
import { decodeLiveEvents } from '../../shared/rows/live-events.ts';
import { environmentOf, eventually, HostProcess, ROOT, temporaryFolder } from './host-process.ts';
import { withRows, withWarehouse } from './stopped-stores.ts';

const MEGABYTES = 12;
const START = [process.execPath, join(ROOT, 'infra/local/commands/start.ts')] as const;

interface Disk {
  readonly name: string;
  /** Starts a host whose disk has few megabytes left; `clear` makes room. */
  start(): { host: HostProcess; clear(): void };
}

/** No file may grow beyond a limit, which is lifted later; needs no rights. */
const fileLimit: Disk = {
  name: 'files that may not grow',
  start() {
    const directory = join(temporaryFolder(), 'data');
    const child = spawn('bash', ['-c', `ulimit -S -f ${MEGABYTES * 1024}; exec "$@"`, '-', ...START], {
      cwd: ROOT,
      env: environmentOf(directory, { SEGUE_COMMUNITY: 'off', SEGUE_LOG: 'silent' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return {
      host: new HostProcess(child, directory),
      clear: () => execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']),
    };
  },
};

/** A small file system in memory, which really is full; only where mounting is allowed. */
const smallDisk: Disk = {
  name: 'a small file system',
  start() {
    const mountPoint = join(temporaryFolder(), 'disk');
    mkdirSync(mountPoint);
    mountSmall(mountPoint);
    onTestFinished(() => void execFileSync('umount', [mountPoint]));
    const directory = join(mountPoint, 'data');
    const child = spawn(START[0], START.slice(1), {
      cwd: ROOT,
      env: environmentOf(directory, { SEGUE_COMMUNITY: 'off', SEGUE_LOG: 'silent' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return {
      host: new HostProcess(child, directory),
      clear: () => execFileSync('mount', ['-o', 'remount,size=1g', mountPoint]),
    };
  },
};

function mountSmall(mountPoint: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'segue-test', mountPoint], {
    stdio: 'pipe',
  });
}

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
if (disks.length === 0)
  console.warn('No way to fill a disk is known on this platform: only the adapters are tried.');

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
  it('refuses with 503 and loses nothing it acknowledged', async () => {
    const { host, clear } = disk.start();
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
    expect(acknowledged.size).toBeGreaterThan(1_000);

    // It goes on answering what needs no room, and refusing what does.
    const statuses: number[] = [];
    for (let again = 0; again < 10; again++) {
      const repeated = await send(number + 1 + again);
      statuses.push(repeated.status);
      await repeated.body?.cancel();
    }
    expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);
    expect((await host.fetch('/livez')).status).toBe(200);
    expect([200, 503]).toContain((await host.fetch('/v1/listeners/listener-1/profile')).status);

    clear();
    const retried = await eventually(
      () => send(number),
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
