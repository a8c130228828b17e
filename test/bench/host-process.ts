/** Servers under measurement run in processes of their own, on loopback, and end with the bench. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RunningServer {
  readonly address: string;
  /** Everything it printed until it was ready. */
  readonly output: string;
  stop(): Promise<void>;
}

/** Starts a module of the repository and waits until its output matches `ready`, whose first group is the address. */
export function startServer(
  module: string,
  environment: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<RunningServer> {
  const path = fileURLToPath(new URL(`../../${module}`, import.meta.url));
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      const [, address] = ready.exec(output) ?? [];
      if (address === undefined) return;
      child.stdout.removeAllListeners('data').resume();
      // The rest of what a ready host prints comes at once.
      resolve({ address, output, stop: () => stop(child) });
    });
    child.once('exit', (code) => reject(new Error(`${module} ended with code ${code} before it was ready.`)));
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit').once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** A Segue host on a fresh directory with a generated community. */
export async function startSegue(): Promise<
  RunningServer & { readonly token: string; readonly listener: string }
> {
  const directory = mkdtempSync(join(tmpdir(), 'segue-bench-'));
  const server = await startServer(
    'infra/local/commands/start.ts',
    { SEGUE_DATA: directory, SEGUE_LOG: 'error', PORT: '0', SEGUE_REBUILD_HOUR: 'off' },
    /ready at (\S+)[\s\S]*Service token[^:]*: \S+\n[\s\S]*limit=5'\n/,
  );
  const token = /Service token[^:]*: (\S+)/.exec(server.output)?.[1] ?? '';
  const listener = /listeners\/([^/]+)\//.exec(server.output)?.[1] ?? '';
  return {
    ...server,
    token,
    listener,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
