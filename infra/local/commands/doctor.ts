/** npm run doctor: is everything here that Segue needs, and what to do where it is not. It changes nothing. */
import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, readdir, readFile, realpath, rm, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Build } from '../../../functions/rebuild/builds.ts';
import { buildIdOf } from '../../../shared/domain/build-id.ts';
import { adminSocketOf, DATA_FORMAT } from '../../../shared/embedded/data-directory.ts';
import { lockForHost } from '../../../shared/embedded/host-lock.ts';
import { messageOf, PermanentError } from '../../../shared/errors.ts';
import { SUBSCRIPTIONS } from '../../../shared/schema/topics.ts';
import { callHost } from '../admin-socket.ts';
import type { Operations, Status } from '../operations.ts';
import { readSettings, type Settings } from '../settings.ts';
import { EXIT, print, runCommand } from './command.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const GIB = 1024 ** 3;
/** A build and its temporary files may need as much again as the directory holds, and never less than this. */
const ROOM_WANTED = GIB;
/** Below this the stores soon refuse writes. */
const ROOM_NEEDED = GIB / 16;
/** Older than this, a nightly build was missed. */
const STALE_HOURS = 36;
/** A running host delivers within milliseconds; what waits this long is stuck. */
const STUCK_MS = 60_000;
const GCLOUD_MS = 20_000;
const EMULATORS = ['bigtable-emulator', 'pubsub-emulator', 'cloud-firestore-emulator'];

interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warn' | 'FAIL';
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

const ok = (check: string, detail: string): Finding => ({ check, level: 'ok', detail });
const warn = (check: string, detail: string, advice: string): Finding => ({
  check,
  level: 'warn',
  detail,
  advice,
});
const fail = (check: string, detail: string, advice: string): Finding => ({
  check,
  level: 'FAIL',
  detail,
  advice,
});

const gib = (bytes: number) => `${(bytes / GIB).toFixed(2)} GiB`;
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

async function checkNode(): Promise<Finding> {
  const text = await readFile(join(ROOT, 'package.json'), 'utf8');
  const wanted: string = JSON.parse(text).dependencies.node;
  const has = process.versions.node;
  if (has === wanted) return ok('node', has);
  const advice = 'Run it as npm run doctor. If that is the same, the node package is not installed: npm ci';
  const detail = `${has} at ${process.execPath}; Segue brings and is tested with ${wanted}`;
  return has.split('.')[0] === wanted.split('.')[0]
    ? warn('node', detail, advice)
    : fail('node', detail, advice);
}

/** Loads a native package through its adapter and uses it once. */
async function checkPackage(name: string, use: (folder: string) => Promise<void>): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-doctor-'));
  try {
    await use(folder);
    return ok(name, 'loads and works');
  } catch (error) {
    return fail(name, `does not work here: ${messageOf(error)}`, 'Install again, scripts allowed: npm ci');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function useLmdb(folder: string): Promise<void> {
  const { openLmdbEnvironment } = await import('../../../shared/embedded/lmdb-environment.ts');
  const environment = openLmdbEnvironment(folder);
  try {
    const database = environment.database('doctor');
    await environment.write(() => database.putSync('key', 'value'));
    if (database.get('key') !== 'value') throw new Error('what was written is not read back');
  } finally {
    await environment.close();
  }
}

async function useDuckdb(folder: string): Promise<void> {
  const { connect, openEngine, queryRows } = await import('../../../shared/embedded/duckdb-engine.ts');
  const engine = await openEngine(':memory:', { threads: 1, memory: '256MB', temporaryDirectory: folder });
  const connection = await connect(engine);
  const rows = await queryRows(connection, 'SELECT 41 + 1 AS answer');
  connection.closeSync();
  engine.closeSync();
  if (rows[0]?.answer !== 42) throw new Error('a query was answered wrongly');
}

function checkSettings(): { settings: Settings; finding: Finding } {
  try {
    const settings = readSettings(process.env);
    const nightly = settings.rebuildHour === 'off' ? 'no nightly build' : `builds at ${settings.rebuildHour}:00 UTC`;
    const detail = `port ${settings.port}, ${settings.threads} threads, ${settings.memory}, ${nightly}`;
    return { settings, finding: ok('settings', detail) };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const detail = error.message.replace(/\n\s*/g, ' ');
    // The directory is looked at all the same: where it lies is said by this one variable.
    return {
      settings: readSettings({ SEGUE_DATA: process.env.SEGUE_DATA }),
      finding: fail('settings', detail, 'Correct these environment variables; docs/operating.md lists them all.'),
    };
  }
}

/** The directory's real path where it is one that Segue made, otherwise what it is instead. */
async function checkDirectory(path: string): Promise<{ root?: string; finding: Finding }> {
  let names: string[];
  try {
    names = await readdir(path);
    await access(path, constants.W_OK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      return { finding: ok('data directory', `${resolve(path)} is not there yet; npm start makes it`) };
    const advice = 'Let the user who runs Segue own it, or set SEGUE_DATA.';
    return { finding: fail('data directory', messageOf(error), advice) };
  }
  const root = await realpath(path);
  if (!names.includes('VERSION')) {
    const foreign = names.find((name) => !/^host\.|^VERSION\.|^\.DS_Store$/.test(name));
    if (foreign === undefined) return { finding: ok('data directory', `${root} is empty; npm start fills it`) };
    const detail = `${root} holds '${foreign}' and no VERSION file: it is not a Segue data directory`;
    return { finding: fail('data directory', detail, 'Set SEGUE_DATA to another directory.') };
  }
  const format = await formatOf(join(root, 'VERSION'));
  if (format !== DATA_FORMAT) {
    const detail = `${root} has format ${format ?? 'that cannot be read'}, this Segue has format ${DATA_FORMAT}`;
    return { finding: fail('data directory', detail, 'Run the Segue that wrote it, or restore a backup.') };
  }
  return { root, finding: ok('data directory', `${root}, format ${format}`) };
}

async function formatOf(file: string): Promise<number | undefined> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { format?: number }).format;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function checkPermissions(root: string): Promise<Finding> {
  if (process.platform === 'win32') return ok('permissions', 'as the folder around it gives them');
  const keys = (await readdir(join(root, 'keys'))).map((name) => join(root, 'keys', name));
  const open: string[] = [];
  for (const path of [root, ...keys]) if (((await stat(path)).mode & 0o077) !== 0) open.push(path);
  if (open.length === 0) return ok('permissions', 'only its owner reads it');
  return warn('permissions', `others may read ${open.join(', ')}`, `chmod go-rwx ${open.join(' ')}`);
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // A running host may remove a file between the two.
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    // LMDB's file may have holes: what counts is what lies on the disk.
    bytes += found === undefined ? 0 : (found.blocks ?? 0) * 512 || found.size;
  }
  return bytes;
}

async function checkDisk(path: string, root: string | undefined): Promise<Finding> {
  let nearest = resolve(path);
  while (!(await stat(nearest).catch(() => undefined))) nearest = dirname(nearest);
  const { bavail, bsize } = await statfs(nearest);
  const free = bavail * bsize;
  const used = root === undefined ? 0 : await sizeOf(root);
  const detail = `${gib(free)} free, the directory holds ${gib(used)}`;
  if (free < ROOM_NEEDED) return fail('disk', detail, 'Make room: events are refused (503) when it is full.');
  if (free < Math.max(ROOM_WANTED, used))
    return warn('disk', detail, 'Make room: a build may need as much again as the directory holds.');
  return ok('disk', detail);
}

interface State extends Pick<Status, 'pointer' | 'backlog' | 'deadLetters'> {
  readonly isRunning: boolean;
  readonly lastBuild: Build | undefined;
}

async function askHost(host: Operations): Promise<{ state: State; finding: Finding }> {
  const status = await host.status();
  const state = { ...status, isRunning: true, lastBuild: (await host.builds()).at(-1) };
  const detail = `runs as process ${status.pid}, version ${status.version}, at ${status.address}`;
  if (status.address === null) return { state, finding: ok('host', detail) };
  const answer = await fetch(`${status.address}/readyz`, { signal: AbortSignal.timeout(5_000) });
  const { reason } = (await answer.json()) as { reason?: string };
  if (answer.ok) return { state, finding: ok('host', `${detail}, ready`) };
  const advice = 'npm run import -- PATH, or npm run rebuild; its log says more.';
  return { state, finding: warn('host', `${detail}, not ready: ${reason}`, advice) };
}

/** Looks into the stores of a host that does not run, holding its lock meanwhile. */
async function readStopped(root: string): Promise<State | undefined> {
  const rowsFolder = join(root, 'rows');
  if (!(await readdir(rowsFolder)).includes('data.mdb')) return undefined;
  const [{ openLmdbEnvironment }, { LmdbRows }, { LmdbDocuments }, { LmdbTopics }, { readPointer }, { listBuilds }] =
    await Promise.all([
      import('../../../shared/embedded/lmdb-environment.ts'),
      import('../../../shared/embedded/lmdb-rows.ts'),
      import('../../../shared/embedded/lmdb-documents.ts'),
      import('../../../shared/embedded/lmdb-topics.ts'),
      import('../../../shared/rows/pointer.ts'),
      import('../../../functions/rebuild/builds.ts'),
    ]);
  const environment = openLmdbEnvironment(rowsFolder);
  try {
    const topics = new LmdbTopics(environment, { clock: { now: Date.now }, random: Math.random });
    const backlog: Record<string, { messages: number; oldestMs: number }> = {};
    for (const { name } of Object.values(SUBSCRIPTIONS)) backlog[name] = await topics.backlog(name);
    const deadLetters = (await topics.deadLetters({ limit: 1_000 })).length;
    const pointer = (await readPointer(new LmdbRows(environment))) ?? null;
    const lastBuild = (await listBuilds(new LmdbDocuments(environment))).at(-1);
    return { isRunning: false, pointer, backlog, deadLetters, lastBuild };
  } finally {
    await environment.close();
  }
}
