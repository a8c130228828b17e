/** A server under measurement on a core of its own, with its CPU time and memory as the kernel counts them (Linux). */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PinnedServer {
  readonly url: string;
  /** Milliseconds from the start of the process until this path was answered with 200, whole. */
  untilAnswered(path: string, headers: Readonly<Record<string, string>>): Promise<number>;
  /** User and system time so far. */
  cpuSeconds(): number;
  rssMb(): number;
  stop(): Promise<void>;
}

const CORE = '0';
/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const DEADLINE_MS = 30_000;
let port = 18_200;

/** Moves this process, and what it starts from here on, to the other core: its load and its emulators. */
export function keepOffTheServersCore(): void {
  execFileSync('taskset', ['-acp', '1', String(process.pid)], { stdio: 'ignore' });
}

export function startPinned(options: {
  readonly folder: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}): PinnedServer {
  port += 1;
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn('taskset', ['-c', CORE, process.execPath, ...options.args], {
    cwd: options.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      PORT: `${port}`,
      ...options.environment,
    },
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const ended = once(child, 'close');
  return {
    url,
    async untilAnswered(path, headers) {
      let last = 'nothing';
      while (performance.now() - startedAt < DEADLINE_MS) {
        if (child.exitCode !== null)
          throw new Error(`The server ended with ${child.exitCode}: ${complaints}`);
        try {
          const answer = await fetch(url + path, { headers });
          const text = await answer.text();
          if (answer.status === 200) return performance.now() - startedAt;
          last = `${answer.status} ${text.slice(0, 300)}`;
        } catch (error) {
          last = (error as Error).message;
        }
        await sleep(1);
      }
      throw new Error(`${url}${path} was not answered but by ${last}. ${complaints}`);
    },
    cpuSeconds() {
      // Fields 14 and 15 of proc(5), counted after the name in parentheses, which may hold blanks.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    },
    rssMb() {
      const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Math.round(Number(kilobytes) / 1024);
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
