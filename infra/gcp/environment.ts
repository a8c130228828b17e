/** What each function is told: the names that shared/google/environment.ts reads. */
import type * as pulumi from '@pulumi/pulumi';
import type { FunctionsArgs } from './functions.ts';
import type { SecretPlace } from './secrets.ts';
import { DOOR_NAMES, type FunctionName } from './sizes.ts';

export interface Environment {
  readonly plain: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secret: readonly (SecretPlace & { readonly key: string })[];
}

/** These answer people, who bring a token. */
const VERIFYING: ReadonlySet<FunctionName> = new Set<FunctionName>(DOOR_NAMES);
/** These have a model read prompts, where the configuration says so. */
const PROMPTED: ReadonlySet<FunctionName> = new Set<FunctionName>(['sessions', 'agent']);

export function environmentOf(
  name: FunctionName,
  {
    config,
    accounts,
    secrets,
    pushAudience,
  }: Pick<FunctionsArgs, 'config' | 'accounts' | 'secrets' | 'pushAudience'>,
): Environment {
  const plain: Record<string, pulumi.Input<string>> = {
    GOOGLE_CLOUD_PROJECT: config.project,
    SEGUE_LOCATION: config.region,
    SEGUE_LOG: config.log,
  };
  if (VERIFYING.has(name) && config.oidc !== undefined) {
    plain.SEGUE_OIDC_ISSUER = config.oidc.issuer;
    plain.SEGUE_OIDC_AUDIENCE = config.oidc.audience;
    plain.SEGUE_OIDC_LISTENER_CLAIM = config.oidc.listenerClaim;
  }
  if (name === 'update-signals') {
    plain.SEGUE_PUSH_AUDIENCE = pushAudience;
    plain.SEGUE_PUSH_ACCOUNT = accounts.of.invoker.email;
  }
  if (name === 'rebuild') plain.SEGUE_LOAD = config.load;
  if (name === 'rebuild' || name === 'serve') plain.SEGUE_MAX_BYTES_BILLED = String(config.maxBytesBilled);
  if (PROMPTED.has(name) && config.gemini !== undefined) {
    plain.SEGUE_GEMINI_MODEL = config.gemini.model;
    plain.SEGUE_GEMINI_LOCATION = config.gemini.location;
  }
  const keys = secrets.signingKeys;
  return { plain, secret: VERIFYING.has(name) && keys !== undefined ? [{ ...keys, key: 'SEGUE_KEYS' }] : [] };
}
