/** What a function is told by its environment: read once at start, everything wrong with it said at once. */
import type { JWK } from 'jose';
import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import { LOG_LEVELS } from '../logging/logger.ts';

const SigningKeys = z.array(
  z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() }),
);

const ModelLocation = z.string().regex(/^[a-z0-9-]+$/, 'must be a region, a multi-region or global');

const Environment = z.object({
  GOOGLE_CLOUD_PROJECT: z.string().min(1),
  SEGUE_LOCATION: z.string().min(1).default('us-central1'),
  SEGUE_LOG: z.enum(LOG_LEVELS).default('info'),
  SEGUE_OIDC_ISSUER: z.url().optional(),
  SEGUE_OIDC_AUDIENCE: z.string().min(1).optional(),
  SEGUE_OIDC_LISTENER_CLAIM: z.string().min(1).optional(),
  SEGUE_KEYS: z.string().optional(),
  SEGUE_PUSH_AUDIENCE: z.string().min(1).optional(),
  SEGUE_PUSH_ACCOUNT: z.email().optional(),
  SEGUE_LOAD: z.enum(['direct', 'dataflow', 'reverse-etl']).default('direct'),
  SEGUE_MAX_BYTES_BILLED: z.coerce
    .number()
    .int()
    .positive()
    .default(10 * 1024 ** 4),
  SEGUE_GEMINI_MODEL: z.string().min(1).optional(),
  SEGUE_GEMINI_LOCATION: z.optional(ModelLocation),
  BIGTABLE_EMULATOR_HOST: z.string().optional(),
  BIGQUERY_EMULATOR_HOST: z.string().optional(),
  MONITORING_EMULATOR_HOST: z.string().optional(),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  FIRESTORE_EMULATOR_HOST: z.string().optional(),
});

export interface FunctionEnvironment {
  readonly project: string;
  readonly location: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly oidc:
    | { readonly issuer: string; readonly audience: string; readonly listenerClaim?: string }
    | undefined;
  /** Keys whose tokens are believed beside the issuer's; their public parts suffice. */
  readonly keys: readonly JWK[];
  /** Who pushes, and to which audience; undefined where no push is expected. */
  readonly push: { readonly audience: string; readonly account: string } | undefined;
  readonly load: 'direct' | 'dataflow' | 'reverse-etl';
  /** Bytes one query may be billed for. */
  readonly maxBytesBilled: number;
  /** What writes briefs from prompts, and where; undefined where they are only parsed. */
  readonly gemini: { readonly model: string; readonly location: string } | undefined;
  /** `host:port` of emulators, where set. */
  readonly emulators: {
    readonly bigtable: string | undefined;
    readonly bigquery: string | undefined;
    readonly monitoring: string | undefined;
    readonly pubsub: string | undefined;
    readonly firestore: string | undefined;
  };
}

/** The keys of the secret: JSON, one key or a list of them. Never quotes what it could not read. */
function readKeys(text: string | undefined, problems: string[]): readonly JWK[] {
  if (text === undefined) return [];
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    problems.push('SEGUE_KEYS: is not JSON');
    return [];
  }
  const parsed = SigningKeys.safeParse(Array.isArray(raw) ? raw : [raw]);
  if (parsed.success) return parsed.data as JWK[];
  problems.push(
    `SEGUE_KEYS: ${parsed.error.issues.map(({ path }) => path.join('.') || 'the list').join(', ')} is not of an Ed25519 JWK with a kid`,
  );
  return [];
}

/** Both or neither of two variables. */
function together(
  values: Readonly<Record<string, string | undefined>>,
  [a, b]: readonly [string, string],
  problems: string[],
): void {
  if ((values[a] === undefined) !== (values[b] === undefined)) problems.push(`${a} and ${b} go together`);
}

/** What a function cannot do without, beside what all need. */
export interface EnvironmentNeeds {
  /** It believes tokens, so there must be somebody whose tokens it believes. */
  readonly tokens?: boolean;
  /** It is pushed to. Pub/Sub's emulator signs nothing; everybody else has to. */
  readonly push?: boolean;
}

/** Throws PermanentError that lists everything wrong with the environment. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  needs: EnvironmentNeeds = {},
): FunctionEnvironment {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = Environment.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  together(given, ['SEGUE_OIDC_ISSUER', 'SEGUE_OIDC_AUDIENCE'], problems);
  together(given, ['SEGUE_PUSH_AUDIENCE', 'SEGUE_PUSH_ACCOUNT'], problems);
  if (given.SEGUE_GEMINI_LOCATION !== undefined && given.SEGUE_GEMINI_MODEL === undefined)
    problems.push('SEGUE_GEMINI_LOCATION: means nothing without SEGUE_GEMINI_MODEL');
  const keys = readKeys(given.SEGUE_KEYS, problems);
  if (needs.tokens && given.SEGUE_OIDC_ISSUER === undefined && given.SEGUE_KEYS === undefined)
    problems.push('SEGUE_OIDC_ISSUER, SEGUE_KEYS: one of them must be set, or no token would be believed');
  if (needs.push && given.SEGUE_PUSH_ACCOUNT === undefined && given.PUBSUB_EMULATOR_HOST === undefined)
    problems.push('SEGUE_PUSH_ACCOUNT: must be set, or anybody could push');
  if (!parsed.success || problems.length > 0)
    throw new PermanentError(`The environment is wrong:\n  ${problems.join('\n  ')}`);
  const env = parsed.data;
  const { SEGUE_OIDC_ISSUER: issuer, SEGUE_OIDC_AUDIENCE: audience } = env;
  const listenerClaim = env.SEGUE_OIDC_LISTENER_CLAIM;
  const { SEGUE_PUSH_AUDIENCE: pushAudience, SEGUE_PUSH_ACCOUNT: account } = env;
  return {
    project: env.GOOGLE_CLOUD_PROJECT,
    location: env.SEGUE_LOCATION,
    logLevel: env.SEGUE_LOG,
    oidc:
      issuer === undefined || audience === undefined
        ? undefined
        : { issuer, audience, ...(listenerClaim !== undefined && { listenerClaim }) },
    keys,
    push:
      pushAudience === undefined || account === undefined ? undefined : { audience: pushAudience, account },
    load: env.SEGUE_LOAD,
    maxBytesBilled: env.SEGUE_MAX_BYTES_BILLED,
    gemini:
      env.SEGUE_GEMINI_MODEL === undefined
        ? undefined
        : { model: env.SEGUE_GEMINI_MODEL, location: env.SEGUE_GEMINI_LOCATION ?? env.SEGUE_LOCATION },
    emulators: {
      bigtable: env.BIGTABLE_EMULATOR_HOST,
      bigquery: env.BIGQUERY_EMULATOR_HOST,
      monitoring: env.MONITORING_EMULATOR_HOST,
      pubsub: env.PUBSUB_EMULATOR_HOST,
      firestore: env.FIRESTORE_EMULATOR_HOST,
    },
  };
}
