/** npm run doctor: is everything here that Segue needs, and what to do where it is not. It changes nothing. */
import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, readdir, readFile, realpath, rm, stat, statfs } from 'node:fs/promises';
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
const MIB = 1024 ** 2;
/** Older than this, a nightly build was missed. */
const STALE_HOURS = 36;
/** A running host delivers within milliseconds; what waits this long is stuck. */
const STUCK_MS = 60_000;
const EMULATORS = ['bigtable-emulator', 'pubsub-emulator', 'cloud-firestore-emulator'];

type Level = 'ok' | 'warn' | 'FAIL';

/** What was seen of one thing, and what to do about it where it is not as it should be. */
type Finding = readonly [check: string, level: Level, detail: string, advice?: string];

async function checkNode(): Promise<Finding> {
  const wanted: string = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).dependencies.node;
  const has = process.versions.node;
  if (has === wanted) return ['node', 'ok', has];
  const level = has.split('.')[0] === wanted.split('.')[0] ? 'warn' : 'FAIL';
  const detail = `${has} at ${process.execPath}; Segue brings and is tested with ${wanted}`;
  return [
    'node',
    level,
    detail,
    'Run it by npm. Where that is the same, install again, scripts allowed: npm ci',
  ];
}

/** Loads a native package, through its adapter, and uses it once. */
async function checkPackage(name: string, use: (folder: string) => Promise<unknown>): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-doctor-'));
  try {
    if ((await use(folder)) !== 42) throw new Error('what was written is not read back');
    return [name, 'ok', 'loads and works'];
  } catch (error) {
    const detail = `does not work here: ${messageOf(error)}`;
    return [name, 'FAIL', detail, 'Install again, scripts allowed: npm ci'];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function useLmdb(folder: string): Promise<unknown> {
  const { openLmdbEnvironment } = await import('../../../shared/embedded/lmdb-environment.ts');
  const environment = openLmdbEnvironment(folder);
  const database = environment.database('doctor');
  await environment.write(() => database.putSync('answer', '42'));
  const read = Number(database.get('answer'));
  await environment.close();
  return read;
}

async function useDuckdb(temporaryDirectory: string): Promise<unknown> {
  const { connect, openEngine, queryRows } = await import('../../../shared/embedded/duckdb-engine.ts');
  const engine = await openEngine(':memory:', { threads: 1, memory: '256MB', temporaryDirectory });
  const connection = await connect(engine);
  const [row] = await queryRows(connection, 'SELECT 41 + 1 AS answer');
  connection.closeSync();
  engine.closeSync();
  return row?.answer;
}

function checkSettings(): { settings: Settings; finding: Finding } {
  try {
    const settings = readSettings(process.env);
    const { hostname, port, threads, memory, rebuildHour } = settings;
    const nightly = rebuildHour === 'off' ? 'no nightly build' : `builds at ${rebuildHour}:00 UTC`;
    const detail = `${hostname}:${port}, ${threads} threads, ${memory}, ${nightly}`;
    return { settings, finding: ['settings', 'ok', detail] };
  } catch (error) {
    // The directory is looked at all the same: where it lies is said by this one variable.
    const settings = readSettings({ SEGUE_DATA: process.env.SEGUE_DATA });
    const advice = 'Correct these environment variables; docs/operating.md has them all.';
    return { settings, finding: ['settings', 'FAIL', messageOf(error).replace(/\n\s*/g, ' '), advice] };
  }
}

/** The directory's real path where it is one that Segue can use, otherwise only what it is instead. */
async function checkDirectory(path: string): Promise<{ root?: string; finding: Finding }> {
  const name = 'data directory';
  try {
    const names = await readdir(path);
    await access(path, constants.W_OK);
    const root = await realpath(path);
    if (!names.includes('VERSION')) {
      const foreign = names.find((entry) => !/^(host\.|VERSION\.|\.DS_Store$)/.test(entry));
      if (foreign === undefined) return { finding: [name, 'ok', `${root} is empty; npm start fills it`] };
      const detail = `${root} holds '${foreign}' and no VERSION file: it is not a Segue data directory`;
      return { finding: [name, 'FAIL', detail, 'Set SEGUE_DATA to another directory.'] };
    }
    const format: unknown = JSON.parse(await readFile(join(root, 'VERSION'), 'utf8')).format;
    if (format === DATA_FORMAT) return { root, finding: [name, 'ok', `${root}, format ${format}`] };
    const detail = `${root} has format ${format}, this Segue reads and writes format ${DATA_FORMAT}`;
    return { finding: [name, 'FAIL', detail, 'Run the Segue that wrote it, or choose another directory.'] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { finding: [name, 'ok', `${resolve(path)} is not there yet; npm start makes it`] };
    if (error instanceof SyntaxError)
      return { finding: [name, 'FAIL', 'its VERSION file is not JSON', 'Restore it from a backup.'] };
    return {
      finding: [name, 'FAIL', messageOf(error), 'Whoever runs Segue must own it; or set SEGUE_DATA.'],
    };
  }
}

async function checkPermissions(root: string): Promise<Finding> {
  if (process.platform === 'win32') return ['permissions', 'ok', 'as the folder around gives them'];
  const keys = (await readdir(join(root, 'keys'))).map((file) => join(root, 'keys', file));
  const open: string[] = [];
  for (const path of [root, ...keys]) if (((await stat(path)).mode & 0o077) !== 0) open.push(path);
  if (open.length === 0) return ['permissions', 'ok', 'only its owner reads it'];
  return ['permissions', 'warn', `others may use ${open.join(', ')}`, `chmod go-rwx ${open.join(' ')}`];
}

async function checkDisk(path: string, root: string | undefined): Promise<Finding> {
  let nearest = resolve(path);
  while (!(await stat(nearest).catch(() => undefined))) nearest = dirname(nearest);
  const { bavail, bsize } = await statfs(nearest);
  const free = bavail * bsize;
  let used = 0;
  // A running host may remove a file between the two.
  for (const entry of root ? await readdir(root, { withFileTypes: true, recursive: true }) : [])
    if (entry.isFile())
      used += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  const detail = `${Math.round(free / MIB)} MiB free, the directory has ${Math.round(used / MIB)} MiB`;
  if (free < 64 * MIB)
    return ['disk', 'FAIL', detail, 'Make room: writes are refused (503) when it is full.'];
  if (free < Math.max(1024 * MIB, used))
    return ['disk', 'warn', detail, 'Make room: a build may need as much again as the directory has.'];
  return ['disk', 'ok', detail];
}

interface State extends Pick<Status, 'pointer' | 'backlog' | 'deadLetters'> {
  readonly isRunning: boolean;
  readonly lastBuild: Build | undefined;
}

async function askHost(host: Operations): Promise<{ state: State; finding: Finding }> {
  const status = await host.status();
  const state = { ...status, isRunning: true, lastBuild: (await host.builds()).at(-1) };
  const detail = `runs as process ${status.pid}, version ${status.version}, at ${status.address}`;
  const answer = await fetch(`${status.address}/readyz`, { signal: AbortSignal.timeout(5_000) });
  if (answer.ok) return { state, finding: ['host', 'ok', `${detail}, ready`] };
  const { reason } = (await answer.json()) as { reason?: string };
  return { state, finding: ['host', 'warn', `${detail}, not ready: ${reason}`, 'Its log says more.'] };
}

/** Looks into the stores of a host that does not run; undefined where it never did. The lock is the caller's. */
async function readStopped(root: string): Promise<State | undefined> {
  const folder = join(root, 'rows');
  if (!(await readdir(folder)).includes('data.mdb')) return undefined;
  const { openLmdbEnvironment } = await import('../../../shared/embedded/lmdb-environment.ts');
  const { LmdbRows } = await import('../../../shared/embedded/lmdb-rows.ts');
  const { LmdbDocuments } = await import('../../../shared/embedded/lmdb-documents.ts');
  const { LmdbTopics } = await import('../../../shared/embedded/lmdb-topics.ts');
  const { readPointer } = await import('../../../shared/rows/pointer.ts');
  const { listBuilds } = await import('../../../functions/rebuild/builds.ts');
  const environment = openLmdbEnvironment(folder);
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

function judgeBuilds({ pointer, isRunning, lastBuild }: State, { rebuildHour }: Settings): Finding[] {
  const findings: Finding[] = [];
  if (pointer === null) findings.push(['build', 'warn', 'nothing is published', 'npm run rebuild']);
  else {
    const hours = (Date.now() - pointer.active) / 3_600_000;
    const detail = `${buildIdOf(pointer.active)} serves, ${hours.toFixed(1)} h old, ${pointer.accepted.length} accepted`;
    const isStale = isRunning && rebuildHour !== 'off' && hours > STALE_HOURS;
    const advice = 'A nightly build was missed: see the log, then npm run rebuild.';
    findings.push(isStale ? ['build', 'warn', detail, advice] : ['build', 'ok', detail]);
  }
  if (lastBuild?.status === 'rejected') {
    const failed = lastBuild.audits.filter(({ passed, waived }) => !passed && waived !== true);
    const why = failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    const advice = 'Correct what it names, or waive it: npm run rebuild -- --accept NAME';
    findings.push(['last build', 'warn', `${lastBuild.id} was rejected: ${why || 'superseded'}`, advice]);
  }
  return findings;
}

function judgeTopics({ backlog, deadLetters, isRunning }: State): Finding[] {
  const waiting = Object.entries(backlog).filter(([, { messages }]) => messages > 0);
  const detail = waiting.map(([name, queue]) => `${name} ${queue.messages} since ${queue.oldestMs} ms`);
  const isStuck = isRunning && waiting.some(([, { oldestMs }]) => oldestMs > STUCK_MS);
  return [
    isStuck
      ? ['backlog', 'warn', detail.join(', '), "The host's log says why its deliveries fail."]
      : ['backlog', 'ok', detail.join(', ') || 'nothing waits'],
    deadLetters > 0
      ? ['dead letters', 'warn', String(deadLetters), 'npm run dead-letters lists them with their reasons.']
      : ['dead letters', 'ok', 'none'],
  ];
}

/** The host where it runs, otherwise what it left behind. */
async function checkHost(root: string, settings: Settings): Promise<Finding[]> {
  const judge = (state: State) => [...judgeBuilds(state, settings), ...judgeTopics(state)];
  let lock: ReturnType<typeof lockForHost> | undefined;
  try {
    const host = await callHost(adminSocketOf(root, process.platform), () => {});
    if (host !== undefined) {
      const { state, finding } = await askHost(host);
      return [finding, ...judge(state)];
    }
    lock = lockForHost(root);
    const state = await readStopped(root);
    return [['host', 'ok', 'does not run'], ...(state === undefined ? [] : judge(state))];
  } catch (error) {
    const isHeld = lock === undefined && error instanceof PermanentError;
    if (!isHeld) return [['host', 'FAIL', messageOf(error), 'Its log says more, where it runs.']];
    const advice = 'It is starting, or a command is at work on the directory: ask again in a moment.';
    return [['host', 'warn', `does not answer. ${error.message}`, advice]];
  } finally {
    lock?.release();
  }
}

/** What only tests want. Never fails. */
async function checkOptional(): Promise<Finding[]> {
  const shell = process.platform === 'win32';
  const asked = ['info', '--format=value(installation.sdk_root)'];
  const sdk = await promisify(execFile)('gcloud', asked, { shell, timeout: 20_000 }).catch(() => undefined);
  const platform = sdk && (await readdir(join(sdk.stdout.trim(), 'platform')).catch(() => []));
  const emulators = EMULATORS.map((name): Finding => {
    if (platform?.some((found) => found === name) === true) return [name, 'ok', 'found'];
    const detail = platform === undefined ? 'NOT FOUND: gcloud does not answer' : 'NOT FOUND';
    return [name, 'warn', detail, `Optional, for tests only: gcloud components install ${name}`];
  });
  const folder = process.env.SEGUE_SAMPLE_DATA ?? resolve(ROOT, '../shared/data');
  if (await stat(folder).catch(() => undefined)) return [...emulators, ['sample data', 'ok', folder]];
  const advice = 'Optional: tests on real histories are skipped without the folder SEGUE_SAMPLE_DATA names.';
  return [...emulators, ['sample data', 'warn', `NOT FOUND: ${folder}`, advice]];
}

async function examine(): Promise<Finding[]> {
  const packages = [await checkPackage('lmdb', useLmdb), await checkPackage('duckdb', useDuckdb)];
  const { settings, finding } = checkSettings();
  const { root, finding: directory } = await checkDirectory(settings.dataDirectory);
  const findings = [await checkNode(), ...packages, finding, directory];
  if (root !== undefined) findings.push(await checkPermissions(root));
  findings.push(await checkDisk(settings.dataDirectory, root));
  // Without its package the rows cannot be looked into.
  if (root !== undefined && packages.every(([, level]) => level === 'ok'))
    findings.push(...(await checkHost(root, settings)));
  return [...findings, ...(await checkOptional())];
}

await runCommand({
  usage: 'npm run doctor -- [--json]',
  about:
    'Checks Node, native packages, configuration, the data directory, the host, and what is optional; says what to ' +
    'do. Changes nothing. Exit code 3 where something FAILs, otherwise 0.',
  options: { json: { type: 'boolean' } },
  help: { json: 'Print the findings as JSON.' },
  async run({ options }) {
    const findings = await examine();
    const count = (wanted: Level) => findings.filter(([, level]) => level === wanted).length;
    const lines = findings.map(
      ([check, level, detail, advice]) =>
        `${level.padEnd(4)}  ${check}: ${detail}${advice === undefined ? '' : `\n      → ${advice}`}\n`,
    );
    if (options.json === true)
      print(
        JSON.stringify(findings.map(([check, level, detail, advice]) => ({ check, level, detail, advice }))),
      );
    else print(`${lines.join('')}${count('ok')} ok, ${count('warn')} to look at, ${count('FAIL')} failed.`);
    return count('FAIL') > 0 ? EXIT.refused : EXIT.done;
  },
});
