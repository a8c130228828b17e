import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ArgumentsError, readArguments } from '../../../../infra/gcp/cost/arguments.ts';

const COMMAND = fileURLToPath(new URL('../../../../infra/gcp/cost/command.ts', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });

function problemsOf(...args: string[]): readonly string[] {
  try {
    readArguments(args);
  } catch (error) {
    if (error instanceof ArgumentsError) return error.problems;
    throw error;
  }
  return [];
}

describe('arguments', () => {
  it('choose the size by the listeners, and the history by the retention', () => {
    const sizeOf = (listeners: string) => readArguments(['--listeners', listeners]).deployment.size;
    expect(['10000', '1000000', '300000000'].map(sizeOf)).toEqual(['dev', 'team', 'internet']);
    expect(readArguments(['--listeners', '300000000']).workload.historyDays).toBe(1095);
    expect(readArguments(['--listeners', '10']).workload.historyDays).toBe(365);
  });

  it('are all told at once what is wrong with them', () => {
    const args = [
      '--plays-per-day',
      'x',
      '--siez',
      'team',
      'stray',
      '--peak',
      '0.5',
      '--size',
      'huge',
      '--load',
    ];
    expect(problemsOf(...args)).toEqual([
      '--siez: there is no such option',
      'stray: an option was expected',
      '--listeners: must be given',
      '--size: must be one of dev, team, internet',
      '--load: a value is missing',
      '--plays-per-day: must be a number, 0 or more',
      '--peak: must be a number, 1 or more',
    ]);
  });

  it.each([
    ['--listeners', '-1'],
    ['--listeners', '1.5'],
    ['--listeners', '1e400'],
    ['--listeners', ''],
  ])('refuse %s %s', (...args) => {
    expect(problemsOf(...args).join()).toMatch(/--listeners/);
  });
});

describe('npm run cost', () => {
  it('names unit price and source on every line', () => {
    const { stdout, status } = run('--listeners', '1000000', '--plays-per-day', '25');
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    const table = lines.slice(3, lines.indexOf('', 3));
    expect(table.length).toBeGreaterThan(35);
    for (const line of table) {
      expect(line).toMatch(/\$\d[\d.,]* \/ \S/);
      expect(line).toMatch(
        /https:\/\/cloud\.google\.com\/\S+pricing(,|:) .*(read \d{4}-\d\d-\d\d|not looked up)/,
      );
    }
    expect(stdout).toMatch(/Bottleneck: .+%/);
    expect(stdout).toContain('nobody has seen a bill of it');
  });

  it('prints JSON that adds up', () => {
    const { stdout } = run('--listeners', '1000000', '--json');
    const found = JSON.parse(stdout) as { total: number; lines: { monthly: number }[]; bottleneck: string };
    expect(found.lines.reduce((sum, { monthly }) => sum + monthly, 0)).toBeCloseTo(found.total, 4);
    expect(found.bottleneck).not.toBe('');
  });

  it('explains itself, and ends with 2 where it was called wrongly', () => {
    expect(run('--help')).toMatchObject({ status: 0, stderr: '' });
    expect(run('--help').stdout).toContain('--listeners N');
    const wrong = run('--listeners', 'many');
    expect(wrong.status).toBe(2);
    expect(wrong.stdout).toBe('');
    expect(wrong.stderr).toMatch(/^--listeners: must be a whole number/);
  });
});
