/** The local host's configuration: read from the environment once, every error told at once. */
import { availableParallelism, totalmem } from 'node:os';
import { z } from 'zod';
import { PermanentError } from '../../shared/errors.ts';
import { LOG_LEVELS } from '../../shared/logging/logger.ts';

const GIB = 1024 ** 3;

const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  SEGUE_HOST: z.string().min(1).default('127.0.0.1'),
  SEGUE_DATA: z.string().min(1).default('.segue'),
  SEGUE_LOG: z.enum(LOG_LEVELS).default('info'),
  /** `off` leaves an empty directory empty. */
  SEGUE_COMMUNITY: z.enum(['on', 'off']).default('on'),
  SEGUE_SEED: z.coerce.number().int().min(0).default(1),
  /** UTC hour of the nightly build, or `off`. */
  SEGUE_REBUILD_HOUR: z
    .union([z.literal('off'), z.coerce.number().int().min(0).max(23)], {
      error: 'must be an hour from 0 to 23, or off',
    })
    .default(3),
  SEGUE_THREADS: z.coerce.number().int().min(1).max(256).optional(),
  SEGUE_MEMORY_GIB: z.coerce.number().min(0.25).optional(),
  SEGUE_OIDC_ISSUER: z.url().optional(),
  SEGUE_OIDC_AUDIENCE: z.string().min(1).optional(),
  SEGUE_OIDC_LISTENER_CLAIM: z.string().min(1).optional(),
});

export interface Settings {
  readonly port: number;
  readonly hostname: string;
  readonly dataDirectory: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly community: boolean;
  readonly seed: number;
  readonly rebuildHour: number | 'off';
  readonly threads: number;
  /** What the warehouse may use, as DuckDB writes it. */
  readonly memory: string;
  readonly oidc:
    | { readonly issuer: string; readonly audience: string; readonly listenerClaim?: string }
    | undefined;
}

/** Settings from environment variables. Throws PermanentError that lists everything wrong with them. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''));
  const parsed = Environment.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if ((given.SEGUE_OIDC_ISSUER === undefined) !== (given.SEGUE_OIDC_AUDIENCE === undefined))
    problems.push('SEGUE_OIDC_ISSUER and SEGUE_OIDC_AUDIENCE go together');
  if (!parsed.success || problems.length > 0)
    throw new PermanentError(`The configuration is wrong:\n  ${problems.join('\n  ')}`);
  const env = parsed.data;
  // A third of the machine, since nodes of a build's kernels and the page cache want the rest.
  const memoryGib = env.SEGUE_MEMORY_GIB ?? Math.max(0.5, Math.min(8, totalmem() / GIB / 3));
  return {
    port: env.PORT,
    hostname: env.SEGUE_HOST,
    dataDirectory: env.SEGUE_DATA,
    logLevel: env.SEGUE_LOG,
    community: env.SEGUE_COMMUNITY === 'on',
    seed: env.SEGUE_SEED,
    rebuildHour: env.SEGUE_REBUILD_HOUR,
    threads: env.SEGUE_THREADS ?? Math.max(1, Math.min(16, availableParallelism())),
    memory: `${Math.round(memoryGib * 1024)}MiB`,
    oidc:
      env.SEGUE_OIDC_ISSUER === undefined || env.SEGUE_OIDC_AUDIENCE === undefined
        ? undefined
        : {
            issuer: env.SEGUE_OIDC_ISSUER,
            audience: env.SEGUE_OIDC_AUDIENCE,
            ...(env.SEGUE_OIDC_LISTENER_CLAIM !== undefined && {
              listenerClaim: env.SEGUE_OIDC_LISTENER_CLAIM,
            }),
          },
  };
}
