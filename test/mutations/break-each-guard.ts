/** Breaks each guarded thing in turn, in a copy of the tree, and sees the tests fail: node test/mutations/break-each-guard.ts */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MUTATIONS, type Mutation } from './mutations.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUN_MS = 180_000;

interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly output: string;
}

const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean' } } });
if (values.help === true) {
  console.log(
    'Usage: node test/mutations/break-each-guard.ts [--only TEXT in the name or file of a mutation]',
  );
  process.exit(0);
}

const copy = mkdtempSync(join(tmpdir(), 'segue-mutations-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
copyTree();
process.exitCode = run();

function copyTree(): void {
  const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0'))
    if (file !== '' && existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(copy, file));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
}

function run(): number {
  const chosen = MUTATIONS.filter(({ name, file }) => `${name} ${file}`.includes(values.only ?? ''));
  const lines: string[] = [];
  let wrong = 0;
  const tell = (mutation: Mutation, verdict: string, isWrong: boolean) => {
    const line = `${isWrong ? '✗' : '✓'} ${mutation.name} (${mutation.file}): ${verdict}`;
    console.log(line);
    lines.push(line);
    wrong += Number(isWrong);
  };
  const sound = new Map<string, Outcome>();
  for (const mutation of chosen) {
    const key = JSON.stringify([mutation.tests, mutation.named]);
    // Tests that fail anyway would notice nothing.
    const before = sound.get(key) ?? runTests(mutation);
    sound.set(key, before);
    if (before.passed === 0 || before.failed.length > 0) {
      tell(mutation, `its tests do not pass unbroken (${before.failed.join('; ') || 'none ran'})`, true);
      if (before.failed.length === 0) console.log(before.output.slice(-2_000));
      continue;
    }
    const path = join(copy, mutation.file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(mutation.find)) {
      tell(mutation, 'what it would break is not there any more', true);
      continue;
    }
    writeFileSync(
      path,
      text.replace(mutation.find, () => mutation.replace),
    );
    const { failed, output } = runTests(mutation);
    writeFileSync(path, text);
    if (failed.length > 0) tell(mutation, `failed as it should: ${failed[0]}`, false);
    else if (output.includes('Error')) tell(mutation, `broke the run itself:\n${output.slice(-1_500)}`, true);
    else tell(mutation, 'SURVIVED', true);
  }
  console.log(`\n${lines.join('\n')}\n\n${chosen.length} broken, ${chosen.length - wrong} noticed.`);
  return wrong === 0 && chosen.length > 0 ? 0 : 1;
}

function runTests({ tests, named }: Mutation): Outcome {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const args = ['run', ...tests, '--bail=1', '--reporter=json', `--outputFile=${report}`];
  if (named !== undefined) args.push('-t', named);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, 'node_modules/vitest/vitest.mjs'), ...args],
    {
      cwd: copy,
      encoding: 'utf8',
      timeout: RUN_MS,
    },
  );
  if (!existsSync(report)) return { passed: 0, failed: [], output: `Error: no report\n${stdout}${stderr}` };
  const { testResults, numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, fullName }) => (status === 'failed' ? [fullName] : [])),
  );
  return { passed: numPassedTests, failed, output: stdout + stderr };
}
