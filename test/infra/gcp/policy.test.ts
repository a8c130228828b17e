import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Declared } from '../../../infra/gcp/rules/declared.ts';
import { RULES } from '../../../infra/gcp/rules.ts';
import { runProgram } from './engine.ts';
import { exampleSettings, resourcesOf, SIZES } from './examples.ts';
import { UNKNOWN } from './known-types.ts';
import { type PolicyHost, startPolicyPack } from './policy-host.ts';
import { configOf, PROGRAM } from './stacks.ts';

describe('the policy pack, run by Pulumi’s own runtime', () => {
  let host: PolicyHost;
  beforeAll(async () => {
    host = await startPolicyPack();
  }, 60_000);
  afterAll(() => host?.close());

  test('has every rule', async () => {
    expect(await host.policies()).toEqual(RULES.map(({ name }) => name));
  });

  test.each(SIZES)('lets the example %s pass', async (size) => {
    expect(await host.analyze(await resourcesOf(size))).toEqual([]);
  });

  test('stops what breaks a rule', async () => {
    const broken = (await resourcesOf('team')).filter(({ name }) => name !== 'update-signals-dead');
    const found = await host.analyze(broken);
    expect(found.map(({ policy }) => policy)).toContain('dead-letters');
    expect(found.every(({ isMandatory }) => isMandatory)).toBe(true);
  });

  describe('in a preview of an empty project', () => {
    let planned: readonly Declared[];
    beforeAll(async () => {
      const config = configOf(exampleSettings('dev'));
      const run = await runProgram(PROGRAM, { config, secret: ['segue:signingKeys'], preview: true });
      expect([run.told, run.exitCode]).toEqual(['', 0]);
      planned = run.sent;
    }, 120_000);

    test('judges everything but the address of a function that is not there', async () => {
      expect(JSON.stringify(planned)).toContain(UNKNOWN);
      const found = await host.analyze(planned);
      expect(found.map(({ policy, isMandatory }) => [policy, isMandatory])).toEqual([['pushed-to', false]]);
    });

    test('stops what breaks a rule before anything of it is there', async () => {
      const broken = planned.map((one) =>
        one.name === 'serve-reader-on-table-pools'
          ? { ...one, inputs: { ...one.inputs, role: 'roles/bigtable.admin' } }
          : one,
      );
      const mandatory = (await host.analyze(broken)).filter(({ isMandatory }) => isMandatory);
      expect(mandatory.map(({ policy }) => policy)).toEqual(['narrow-roles', 'reaches', 'reaches']);
    });
  });
});
