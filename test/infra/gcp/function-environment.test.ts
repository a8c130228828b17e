import { describe, expect, test } from 'vitest';
import { at, type Declared } from '../../../infra/gcp/rules/declared.ts';
import { type EnvironmentNeeds, readEnvironment } from '../../../shared/google/environment.ts';
import { resourcesOf, SIZES } from './examples.ts';

/** As functions/<name>/ ask for them. */
const NEEDS: Readonly<Record<string, EnvironmentNeeds>> = {
  ingest: { tokens: true },
  serve: { tokens: true },
  'update-signals': { push: true },
  rebuild: {},
};

/** The variables that a deployed function finds; a secret's value is put in by the platform. */
function variablesOf(resource: Declared): Record<string, string> {
  const plain = at(resource, 'serviceConfig.environmentVariables') as Record<string, string> | undefined;
  if (plain !== undefined) {
    const secrets = (at(resource, 'serviceConfig.secretEnvironmentVariables') ?? []) as readonly {
      key: string;
    }[];
    return { ...plain, ...Object.fromEntries(secrets.map(({ key }) => [key, '[]'])) };
  }
  const [container] = at(resource, 'template.containers') as readonly {
    readonly envs: readonly { readonly name: string; readonly value?: string }[];
  }[];
  return Object.fromEntries((container?.envs ?? []).map(({ name, value }) => [name, value ?? '[]']));
}

describe.each(SIZES)('%s', (size) => {
  test('what each function is told is what it understands, and enough for it', async () => {
    const resources = await resourcesOf(size);
    for (const [name, needs] of Object.entries(NEEDS)) {
      const resource = resources.find(
        ({ type, inputs }) =>
          ['gcp:cloudfunctionsv2/function:Function', 'gcp:cloudrunv2/service:Service'].includes(type) &&
          inputs.name === `segue-${name}`,
      );
      if (resource === undefined) throw new Error(`There is no function ${name}.`);
      const variables = variablesOf(resource);
      expect(() => readEnvironment(variables, needs), name).not.toThrow();
      const environment = readEnvironment(variables, needs);
      expect(environment.project).toBe('my-project');
      expect(Object.values(environment.emulators)).toEqual(
        Object.values(environment.emulators).map(() => undefined),
      );
      if (name === 'update-signals')
        expect(environment.push?.audience).toMatch(/^https:\/\/segue-update-signals-/);
    }
  });
});
