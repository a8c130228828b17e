/** Google's own emulators, started by the tests themselves where the Google Cloud CLI is, and missed loudly where not. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type EmulatorName = 'bigtable' | 'pubsub' | 'firestore';

const PROGRAMS: { readonly [K in EmulatorName]: (port: number) => readonly [string, readonly string[]] } = {
  bigtable: (port) => ['bigtable-emulator/cbtemulator', ['-host', '127.0.0.1', '-port', `${port}`]],
  pubsub: (port) => ['pubsub-emulator/bin/cloud-pubsub-emulator', ['--host=127.0.0.1', `--port=${port}`]],
  firestore: (port) => [
    'cloud-firestore-emulator/cloud_firestore_emulator',
    ['start', '--host=127.0.0.1', `--port=${port}`],
  ],
};

/** Where clients look for the emulator's address. */
export const ADDRESS_VARIABLE: { readonly [K in EmulatorName]: string } = {
  bigtable: 'BIGTABLE_EMULATOR_HOST',
  pubsub: 'PUBSUB_EMULATOR_HOST',
  firestore: 'FIRESTORE_EMULATOR_HOST',
};

const START_MS = 60_000;

export interface Emulator {
  /** `127.0.0.1:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

let platformFolder: string | undefined | null = null;

/** The Google Cloud CLI's folder of emulators, undefined where it is not installed. */
function findPlatform(): string | undefined {
  if (platformFolder === null) {
    try {
      const root = execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
      platformFolder = join(root, 'platform');
    } catch {
      platformFolder = undefined;
    }
  }
  return platformFolder;
}

/**
 * Whether an emulator is installed. Says so loudly when it is not; with SEGUE_EMULATORS=require that is an error.
 * For `describe.skipIf(!hasEmulator('bigtable'))`.
 */
export function hasEmulator(name: EmulatorName): boolean {
  const platform = findPlatform();
  if (platform !== undefined && existsSync(join(platform, PROGRAMS[name](0)[0]))) return true;
  const missing = `Google's ${name} emulator is not installed: its tests do not run. Install the Google Cloud CLI.`;
  if (process.env.SEGUE_EMULATORS === 'require') throw new Error(missing);
  console.warn(`!!! ${missing}`);
  return false;
}

/** Starts an emulator of its own on a free port of the loopback; it ends with `stop` or with this process. */
export async function startEmulator(name: EmulatorName): Promise<Emulator> {
  const platform = findPlatform();
  if (platform === undefined) throw new Error('The Google Cloud CLI is not installed.');
  const port = await freePort();
  const [program, args] = PROGRAMS[name](port);
  const folder = mkdtempSync(join(tmpdir(), `segue-${name}-`));
  // A group of its own: the Java ones are started by a script, and both have to end.
  const child = spawn(join(platform, program), args, {
    cwd: folder,
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, JAVA_TOOL_OPTIONS: '-Xmx512m' },
  });
  const end = () => endGroup(child);
  process.once('exit', end);
  try {
    await untilListening(port, child);
  } catch (error) {
    end();
    throw error;
  }
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      process.off('exit', end);
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      end();
      if (child.exitCode === null && child.signalCode === null) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The emulator ended with ${child.exitCode} while starting.`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The emulator did not listen in time.');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
