/** A host as a child process, as an operator runs it: started, read, asked, stopped or killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { callHost } from '../../infra/local/admin-socket.ts';
import type { OnProgress, Operations } from '../../infra/local/operations.ts';
import { adminSocketOf } from '../../shared/embedded/data-directory.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMANDS = join(ROOT, 'infra/local/commands');
const READY_MS = 60_000;

export type Environment = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes a folder that is taken away again when the test has finished. */
export function temporaryFolder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'segue-e2e-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** The environment of a test's host: nothing of the tester's own configuration, a free port, one thread fewer. */
export function environmentOf(directory: string, more: Environment = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(SEGUE_|PORT$|VITEST|NODE_OPTIONS)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    PORT: '0',
    SEGUE_DATA: directory,
    SEGUE_LOG: 'error',
    SEGUE_REBUILD_HOUR: 'off',
    SEGUE_THREADS: '2',
    SEGUE_MEMORY_GIB: '1',
    ...more,
  };
}

class Output {
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }
}

/** A host under test. */
export class HostProcess {
  readonly child: ChildProcess;
  readonly directory: string;
  readonly output: Output;
  readonly ended: Promise<Ended>;

  constructor(child: ChildProcess, directory: string) {
    this.child = child;
    this.directory = directory;
    this.output = new Output(child);
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.output.stdout,
      stderr: this.output.stderr,
    }));
    // Also when the test fails in between: no test leaves a process behind.
    onTestFinished(async () => {
      if (child.exitCode === null && child.signalCode === null) await this.kill();
    });
  }

  /** Resolves once it has told the three requests; rejects with its output when it ends before, or takes too long. */
  async ready(): Promise<this> {
    const until = Date.now() + READY_MS;
    const ended = this.ended.then(({ code, signal }) => code ?? signal);
    while (this.requests.length < 3 || this.token === '') {
      const end = await Promise.race([ended, pause(10)]);
      if (end !== undefined || Date.now() > until)
        throw new Error(
          `The host ${end === undefined ? 'is not ready' : `ended with ${end}`}:\n${this.output.stdout}${this.output.stderr}`,
        );
    }
    return this;
  }

  /** `http://…`, from the ready line. */
  get address(): string {
    return /ready at (http:\S+) /.exec(this.output.stdout)?.[1] ?? '';
  }

  get token(): string {
    return /^Service token \(30 days\): (\S+)$/m.exec(this.output.stdout)?.[1] ?? '';
  }

  /** The lines to paste. */
  get requests(): string[] {
    const whole = this.output.stdout.slice(0, this.output.stdout.lastIndexOf('\n') + 1);
    return whole.split('\n').filter((line) => line.startsWith('curl '));
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = {
      authorization: `Bearer ${this.token}`,
      'content-type': 'application/json',
      ...init.headers,
    };
    return fetch(this.address + path, { ...init, headers });
  }

  async getJson<T>(path: string): Promise<T> {
    const response = await this.fetch(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  postEvents(events: readonly object[]): Promise<Response> {
    return this.fetch('/v1/events', { method: 'POST', body: JSON.stringify(events) });
  }

  operations(onProgress: OnProgress = () => {}): Promise<Operations> {
    return operationsOf(this.directory, onProgress);
  }

  async kill(): Promise<Ended> {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

/** Starts a host; `ready()` waits for it. */
export function spawnHost(directory: string, environment: Environment = {}): HostProcess {
  const child = spawn(process.execPath, [join(COMMANDS, 'start.ts')], {
    cwd: ROOT,
    env: environmentOf(directory, environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new HostProcess(child, directory);
}

export function startHost(directory: string, environment: Environment = {}): Promise<HostProcess> {
  return spawnHost(directory, environment).ready();
}

/** What the directory's running host can be asked. Rejects when none runs. */
export async function operationsOf(
  directory: string,
  onProgress: OnProgress = () => {},
): Promise<Operations> {
  const operations = await callHost(adminSocketOf(realpathSync(directory), process.platform), onProgress);
  if (operations === undefined) throw new Error(`No host answers in ${directory}.`);
  return operations;
}

/** Runs one of the npm scripts' commands to its end. */
export function runCommand(
  command: string,
  args: readonly string[],
  directory: string,
  environment: Environment = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [join(COMMANDS, `${command}.ts`), ...args], {
    cwd: ROOT,
    env: environmentOf(directory, { SEGUE_COMMUNITY: 'off', ...environment }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new HostProcess(child, directory).ended;
}

export function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

/** Asks again and again until the answer passes; rejects with the last one when that takes too long. */
export async function eventually<T>(
  ask: () => Promise<T>,
  passes: (answer: T) => boolean,
  ms: number,
): Promise<T> {
  const until = performance.now() + ms;
  for (;;) {
    const answer = await ask();
    if (passes(answer)) return answer;
    if (performance.now() > until)
      throw new Error(`Not within ${ms} ms; last: ${JSON.stringify(answer)?.slice(0, 500)}`);
    await pause(20);
  }
}
