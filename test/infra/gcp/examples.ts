/** The documented examples as a program would read them, and a signing key where one is asked for by command. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Collected, evaluate } from './mocks.ts';

export const SIZES = ['dev', 'team', 'internet'] as const;
export type ExampleSize = (typeof SIZES)[number];

/** The public part of a signing key (RFC 8037, appendix A), as `npm run keys` prints it. */
export const SIGNING_KEYS = JSON.stringify([
  { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'rfc-8037' },
]);

/** Settings of Pulumi.<size>.yaml.example by their short names, as texts. */
export function exampleSettings(size: ExampleSize): Record<string, string> {
  const path = fileURLToPath(new URL(`../../../Pulumi.${size}.yaml.example`, import.meta.url));
  const { config } = parse(readFileSync(path, 'utf8')) as { config: Record<string, unknown> };
  const settings = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.slice(key.indexOf(':') + 1),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  // The dev example sets it by a command, encrypted.
  return settings.oidc === undefined ? { ...settings, signingKeys: SIGNING_KEYS } : settings;
}

/** What an example declares. */
export async function resourcesOf(size: ExampleSize): Promise<readonly Collected[]> {
  return (await evaluate(exampleSettings(size))).resources;
}
