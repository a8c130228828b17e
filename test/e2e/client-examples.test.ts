/** The examples of the client for apps, each as its own process against a started host. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type HostProcess, ROOT, startHost, temporaryFolder } from './host-process.ts';

interface Ran {
  readonly code: number;
  readonly lines: readonly string[];
}

function run(
  host: HostProcess,
  example: string,
  listener: string,
  args: readonly string[] = [],
): Promise<Ran> {
  const path = join(ROOT, `clients/typescript/examples/${example}.ts`);
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    SEGUE_URL: host.address,
    SEGUE_TOKEN: host.token,
    SEGUE_LISTENER: listener,
    SEGUE_FRIEND: 'somebody-new',
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code !== 'number' || stderr !== '')
        reject(new Error(`${example}: ${stderr}`, { cause: error }));
      else resolve({ code, lines: stdout.trimEnd().split('\n') });
    });
  });
}

it('the examples run as they are, one after the other', async () => {
  const host = await startHost(join(temporaryFolder(), 'data'));
  const listener = decodeURIComponent(/listeners\/([^/]+)\//.exec(host.requests[0] ?? '')?.[1] ?? '');

  const weekly = await run(host, 'discover-weekly', listener);
  expect(weekly.lines[0]).toMatch(/^Discover Weekly \d{4}-W\d\d: 30 tracks$/);
  expect(weekly.lines).toHaveLength(32);
  expect(weekly.lines.at(-1)).toBe('Sent: 1 event');

  const shuffle = await run(host, 'smart-shuffle', listener);
  expect(shuffle.lines.filter((line) => line.startsWith('  ')).length).toBeGreaterThan(5);
  expect(shuffle.lines.filter((line) => line.startsWith('+ ')).length).toBeGreaterThan(0);
  expect(shuffle.lines.at(-1)).toMatch(/^Again in this order with the seed \S+$/);

  const title = weekly.lines[1]?.replace(/^1\. (.*?) — .*$/, '$1') ?? '';
  const found = await run(host, 'search', listener, [title]);
  expect(found.lines.join('\n')).toContain(`track ${title} — `);
  expect(await run(host, 'search', listener, [' '])).toEqual({
    code: 2,
    lines: ['/query/q: must not be empty'],
  });

  const session = await run(host, 'session', listener);
  const turns = session.lines.filter((line) => /^\w+: turn/.test(line));
  expect(turns).toEqual([
    'begun: turn 0, brief by parser',
    'heard: turn 1, brief by parser',
    'steered: turn 2, brief by parser',
  ]);
  expect(session.lines.filter((line) => line.startsWith('  ') && line.includes(' — '))).toHaveLength(15);
  expect(session.lines.at(-1)).toMatch(/^changed: \[\{/);

  const blend = await run(host, 'blend', listener);
  expect(blend.lines[0]).toMatch(/^2 members, match /);
  expect(blend.lines.length).toBeGreaterThan(10);
  expect(blend.lines.join('\n')).toContain(`from ${listener}`);

  expect((await host.stop()).code).toBe(0);
});
