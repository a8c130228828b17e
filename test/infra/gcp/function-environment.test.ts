import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../infra/gcp/config.ts';
import { at, type Declared, listAt, textAt } from '../../../infra/gcp/rules/declared.ts';
import { generateSigningKey } from '../../../shared/auth/key-file.ts';
import { publicPart } from '../../../shared/auth/tokens.ts';
import { type EnvironmentNeeds, readEnvironment } from '../../../shared/google/environment.ts';
import { exampleSettings, SIZES } from './examples.ts';
import { evaluate } from './mocks.ts';
import { VARIANTS } from './variants.ts';

/** As functions/<name>/ ask for them. */
const NEEDS: Readonly<Record<string, EnvironmentNeeds>> = {
  ingest: { tokens: true },
  serve: { tokens: true },
  sessions: { tokens: true },
  agent: { tokens: true },
  'update-signals': { push: true },
  rebuild: {},
};
const READER = readFileSync(new URL('../../../shared/google/environment.ts', import.meta.url), 'utf8');

/** The keys of whoever made the secret, as `npm run keys` prints them. */
const THEIR_KEYS = JSON.stringify([publicPart(await generateSigningKey())]);

function deployed(resources: readonly Declared[], name: string): Declared {
  const found = resources.find(
    ({ type, inputs }) =>
      ['gcp:cloudfunctionsv2/function:Function', 'gcp:cloudrunv2/service:Service'].includes(type) &&
      inputs.name === `segue-${name}`,
  );
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  return found;
}

/** The variables that a deployed function finds; the platform puts a secret's value in. */
function variablesOf(resource: Declared): Record<string, string> {
  const envs = listAt(resource, 'template.containers').flatMap(
    (container) => container.envs as readonly { name: string; value?: string }[],
  );
  return {
    ...(at(resource, 'serviceConfig.environmentVariables') as Record<string, string> | undefined),
    ...Object.fromEntries(
      listAt(resource, 'serviceConfig.secretEnvironmentVariables').map(({ key }) => [key, THEIR_KEYS]),
    ),
    ...Object.fromEntries(envs.map(({ name, value }) => [name, value ?? THEIR_KEYS])),
  };
}

const ALL = { ...Object.fromEntries(SIZES.map((size) => [size, exampleSettings(size)])), ...VARIANTS };

describe.each(Object.entries(ALL))('%s', (_, settings) => {
  test('what each function is told is what it understands, and enough for it', async () => {
    const { resources } = await evaluate(settings);
    const config = readConfig({ get: (key) => settings[key] });
    for (const [name, needs] of Object.entries(NEEDS)) {
      const variables = variablesOf(deployed(resources, name));
      for (const variable of Object.keys(variables)) expect(READER, name).toContain(`  ${variable}: z.`);
      const environment = readEnvironment(variables, needs);
      expect(environment).toMatchObject({
        project: 'my-project',
        location: config.region,
        logLevel: config.log,
      });
      expect(new Set(Object.values(environment.emulators))).toEqual(new Set([undefined]));
      if (needs.tokens) {
        expect(environment.oidc).toEqual(config.oidc);
        expect(environment.keys).toHaveLength(config.signingKeys === undefined ? 0 : 1);
        expect(environment.keys.length + (environment.oidc === undefined ? 0 : 1)).toBeGreaterThan(0);
      } else expect([environment.oidc, environment.keys]).toEqual([undefined, []]);
    }
  });

  test('who pushes, how builds are loaded and what a query may cost are what is deployed', async () => {
    const { resources } = await evaluate(settings);
    const config = readConfig({ get: (key) => settings[key] });
    const told = (name: string) => readEnvironment(variablesOf(deployed(resources, name)), NEEDS[name]);
    const push = resources.find(({ inputs }) => inputs.pushConfig !== undefined);
    if (push === undefined) throw new Error('Nothing is pushed.');
    expect(told('update-signals').push).toEqual({
      audience: textAt(push, 'pushConfig.oidcToken.audience'),
      account: textAt(push, 'pushConfig.oidcToken.serviceAccountEmail'),
    });
    expect(told('rebuild').load).toBe(config.load);
    for (const name of Object.keys(NEEDS))
      expect(told(name).gemini).toEqual(['sessions', 'agent'].includes(name) ? config.gemini : undefined);
    for (const name of ['rebuild', 'serve']) expect(told(name).maxBytesBilled).toBe(config.maxBytesBilled);
  });
});
