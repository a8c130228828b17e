import { expect, test } from 'vitest';
import { exampleSettings, SIGNING_KEYS } from './examples.ts';
import { evaluate } from './mocks.ts';
import { VARIANTS } from './variants.ts';

/** Marks what Pulumi encrypts, wherever it keeps it (Pulumi: special signature of a secret). */
const SECRET = '4dabf18193072939515e22adb298388d';

/** Every text within a value, less what is encrypted. */
function plainTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || SECRET in value) return [];
  return Object.values(value).flatMap(plainTexts);
}

const isEncrypted = (value: unknown) => typeof value === 'object' && value !== null && SECRET in value;

test.each([
  ['dev', exampleSettings('dev')],
  [
    'an issuer and keys, serving on a plain host',
    VARIANTS['an issuer and keys, serving on a plain host'] ?? {},
  ],
])(
  'signing keys are in Secret Manager, encrypted in Pulumi’s state, and nowhere else: %s',
  async (_, settings) => {
    const { resources, outputs } = await evaluate(settings);
    const [version] = resources.filter(({ type }) => type.endsWith(':SecretVersion'));
    expect(isEncrypted(version?.inputs.secretData)).toBe(true);
    expect(JSON.stringify(version?.inputs.secretData)).toContain('rfc-8037');
    const [key] = JSON.parse(SIGNING_KEYS) as [{ x: string }];
    for (const text of [...resources.flatMap(({ inputs }) => plainTexts(inputs)), ...plainTexts(outputs)])
      expect(text).not.toContain(key.x);
  },
);
