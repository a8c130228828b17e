import { describe, expect, test } from 'vitest';
import { titleOf } from '../../../infra/gcp/rules/declared.ts';
import { runProgram } from './engine.ts';
import { exampleSettings, resourcesOf } from './examples.ts';
import { configOf, PROGRAM, PULUMI_YAML } from './stacks.ts';

describe('infra/gcp/index.ts, run by Pulumi’s own Node runtime', () => {
  test('leaves the types to Node', () => {
    expect(PULUMI_YAML.runtime).toEqual({ name: 'nodejs', options: { typescript: false } });
  });

  test('builds the bundles and declares what the mocks collect', async () => {
    const config = configOf(exampleSettings('dev'));
    const run = await runProgram(PROGRAM, { config, secret: ['segue:signingKeys'] });
    expect(run.told).toBe('');
    expect(run.exitCode).toBe(0);
    expect(run.unexpected).toEqual([]);
    expect(run.declared.map(titleOf).sort()).toEqual((await resourcesOf('dev')).map(titleOf).sort());
    const sources = run.declared.filter(({ type }) => type === 'gcp:storage/bucketObject:BucketObject');
    expect(sources).toHaveLength(6);
    for (const { inputs } of sources) expect(String(inputs.name)).toMatch(/-[0-9a-f]{64}\.zip$/);
  }, 120_000);

  test('tells everything that is wrong with the configuration, and declares nothing', async () => {
    const config = { 'gcp:project': 'my-project', 'segue:size': 'dev', 'segue:publicAPI': 'true' };
    const run = await runProgram(PROGRAM, { config });
    expect(run.exitCode).not.toBe(0);
    expect(run.declared).toEqual([]);
    expect(run.told.split('\n').map((line) => line.split(': ')[0])).toEqual([
      'The configuration has 4 problem(s):',
      '  segue:publicAPI',
      '  gcp:region',
      '  segue:oidc',
      '  segue:callers',
    ]);
  }, 60_000);
});
