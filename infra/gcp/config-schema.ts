/** The settings of a stack: what each may be by itself. What the size presets is in sizes.ts. */
import { z } from 'zod';

const LABEL_KEY = /^[a-z][a-z0-9_-]{0,62}$/;
const LABEL_VALUE = /^[a-z0-9_-]{0,63}$/;
const RESOURCE_NAME = /^[a-z][-a-z0-9]{0,62}$/;

const Count = z.int().min(0).max(1000);

const FunctionOverride = z.strictObject({
  memory: z
    .string()
    .regex(/^[1-9]\d*(Mi|Gi)$/, 'must be an amount such as 512Mi or 2Gi')
    .optional(),
  cpu: z.enum(['1', '2', '4', '6', '8'], 'must be "1", "2", "4", "6" or "8"').optional(),
  concurrency: z.int().min(1).max(1000).optional(),
  minInstances: Count.optional(),
  maxInstances: Count.min(1).optional(),
  timeoutSeconds: z.int().min(1).max(3600).optional(),
});

export const Settings = z.object({
  size: z.enum(['dev', 'team', 'internet'], 'must be dev, team or internet'),
  project: z.string('must be set').regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be a project id'),
  region: z.string('must be set').regex(/^[a-z]+-[a-z]+\d+$/, 'must be a region such as europe-west1'),
  publicApi: z.boolean('must be true or false').default(false),
  callers: z
    .array(
      z
        .string()
        .regex(
          /^(user|group|serviceAccount):[^@\s]+@[^@\s]+$|^domain:[^@\s]+$/,
          'must be a member such as group:apps@example.com',
        ),
    )
    .default([]),
  oidc: z
    .strictObject({
      issuer: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
      audience: z.string('must be set').min(1),
      listenerClaim: z.string().min(1).default('sub'),
    })
    .optional(),
  signingKeys: z.string().optional(),
  signingKeysSecret: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be the name of a secret in this project')
    .optional(),
  functions: z
    .strictObject({
      ingest: FunctionOverride.optional(),
      'update-signals': FunctionOverride.optional(),
      rebuild: FunctionOverride.optional(),
      serve: FunctionOverride.optional(),
      sessions: FunctionOverride.optional(),
      agent: FunctionOverride.optional(),
    })
    .default({}),
  gemini: z.boolean('must be true or false').default(false),
  geminiModel: z
    .string()
    .regex(/^gemini-[a-z0-9.-]{1,60}$/, 'must be a model such as gemini-2.5-flash')
    .optional(),
  geminiLocation: z
    .string()
    .regex(/^(global|eu|us|[a-z]+-[a-z]+\d+)$/, 'must be a region such as europe-west1, or global')
    .optional(),
  serveHost: z.enum(['function', 'cloud-run'], 'must be function or cloud-run').optional(),
  load: z.enum(['direct', 'dataflow', 'reverse-etl'], 'must be direct, dataflow or reverse-etl').optional(),
  bigtable: z
    .strictObject({
      zones: z
        .array(z.string().regex(/^[a-z]+-[a-z]+\d+-[a-z]$/, 'must be a zone'))
        .min(1)
        .max(8)
        .optional(),
      minNodes: z.int().min(1).optional(),
      maxNodes: z.int().min(1).optional(),
      storage: z.enum(['SSD', 'HDD'], 'must be SSD or HDD').optional(),
      cpuTarget: z.int().min(10).max(80).optional(),
      backupDays: z.int().min(3).max(90).optional(),
    })
    .default({}),
  schedule: z
    .strictObject({
      hour: z.int().min(0).max(23).default(3),
      timeZone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin').default('Etc/UTC'),
    })
    .default({ hour: 3, timeZone: 'Etc/UTC' }),
  alertEmails: z.array(z.email('must be an e-mail address')).default([]),
  budget: z
    .strictObject({
      billingAccount: z
        .string('must be set')
        .regex(/^[0-9A-F]{6}(-[0-9A-F]{6}){2}$/, 'must be a billing account such as 012345-6789AB-CDEF01'),
      monthly: z.number('must be an amount').positive(),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'must be a currency such as EUR')
        .default('USD'),
    })
    .optional(),
  domain: z
    .strictObject({
      name: z
        .string('must be set')
        .regex(
          /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
          'must be a host name such as api.example.com',
        ),
      dnsZone: z.string().regex(RESOURCE_NAME, 'must be the name of a managed zone').optional(),
    })
    .optional(),
  privateNetwork: z
    .strictObject({ network: z.string('must be set').min(1), subnetwork: z.string('must be set').min(1) })
    .optional(),
  labels: z
    .record(
      z.string().regex(LABEL_KEY, 'must start with a lower-case letter and hold [a-z0-9_-] only'),
      z.string().regex(LABEL_VALUE, 'must hold [a-z0-9_-] only, 63 characters at most'),
    )
    .default({}),
  retentionDays: z.int().min(0).max(3650).optional(),
  liveDays: z.int().min(21).max(365).default(30),
  buildDays: z.int().min(2).max(60).optional(),
  maxBytesBilled: z.int().min(10_000_000).optional(),
  log: z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error').default('info'),
  deletionProtection: z.boolean('must be true or false').optional(),
});
export type Settings = z.infer<typeof Settings>;

/** These are text as they stand; every other setting is JSON, as `true`, `3` or `{"hour": 4}`. */
export const TEXTS = new Set<string>([
  'size',
  'project',
  'region',
  'signingKeys',
  'signingKeysSecret',
  'geminiModel',
  'geminiLocation',
  'serveHost',
  'load',
  'log',
] satisfies (keyof Settings)[]);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The names that there are below a setting; none where it takes no names of its own. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType = Settings;
  for (const part of path) {
    const bare: z.core.$ZodType = withoutDefault(schema);
    const inner = bare instanceof z.ZodObject ? (bare.shape[String(part)] as z.core.$ZodType) : undefined;
    if (inner === undefined) return [];
    schema = inner;
  }
  const bare = withoutDefault(schema);
  return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
}

function withoutDefault(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? withoutDefault(schema.unwrap())
    : schema;
}
