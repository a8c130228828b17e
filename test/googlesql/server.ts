/** Google's own GoogleSQL server, a native binary inside the npm package, started for a test and stopped with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The package's own files: the binaries and the protocol they speak. */
const LIBRARY = fileURLToPath(
  new URL('node_modules/@fivetrandevelopers/zetasql/lib/zetasql/', import.meta.url),
);
export const PROTOCOL = `${LIBRARY}protos/`;

const BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'remote_server.so',
  'linux-arm64': 'remote_server_arm.so',
  'darwin-x64': 'remote_server',
  'darwin-arm64': 'remote_server_arm',
};
const START_MS = 20_000;

export interface Server {
  /** `localhost:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts the server on a free port; resolves when it listens. Throws where there is no binary for this machine. */
export async function startServer(): Promise<Server> {
  const machine = `${process.platform}-${process.arch}`;
  const binary = BINARIES[machine];
  if (binary === undefined) throw new Error(`The package has no GoogleSQL server for ${machine}.`);
  if (!existsSync(LIBRARY + binary))
    throw new Error('The analyzer is not installed: npm ci --prefix test/googlesql.');
  const address = `localhost:${await freePort()}`;
  const child = spawn(LIBRARY + binary, address.split(':'), { stdio: ['ignore', 'pipe', 'pipe'] });
  // It outlives whoever started it unless it is told otherwise.
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    await listening(child);
  } catch (error) {
    kill();
    throw error;
  }
  return {
    address,
    stop: () =>
      new Promise((resolve) => {
        process.removeListener('exit', kill);
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        kill();
      }),
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`The GoogleSQL server does not start: ${said}`)),
      START_MS,
    );
    const settle = (error?: Error) => {
      clearTimeout(timer);
      if (error === undefined) resolve();
      else reject(error);
    };
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) settle();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', settle);
    child.once('exit', (code, signal) =>
      settle(new Error(`The GoogleSQL server ended (${signal ?? code}): ${said}`)),
    );
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
