/** The stack's configuration, parsed once: everything wrong with it is said at once, by the name of the setting. */
import { z } from 'zod';
import { type FunctionName, type FunctionSize, PRESETS, type Size } from './sizes.ts';

/** Where settings come from: a pulumi.Config. An object or a list arrives as JSON text. */
export interface RawConfig {
  /** The text of a setting, undefined where it is not set. */
  get(key: string): string | undefined;
  /** The names that are set, so that a misspelt one is noticed. */
  keys?(): readonly string[];
}

export type Host = 'function' | 'cloud-run';
/** How a build reaches Bigtable: the function writes it, Google's Dataflow template does, or BigQuery exports it. */
export type Load = 'direct' | 'dataflow' | 'reverse-etl';

export interface BigtableConfig {
  /** The zones of the clusters; the first one takes the writes that need one order. */
  readonly zones: readonly string[];
  /** Of each cluster. */
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly storage: 'SSD' | 'HDD';
  /** Percent of CPU that autoscaling aims at. */
  readonly cpuTarget: number;
  /** Days for which a daily backup is kept. */
  readonly backupDays: number;
}

export interface SegueConfig {
  readonly size: Size;
  readonly project: string;
  readonly region: string;
  /** Whether anybody may call ingest and serve, which then verify a token of their own. */
  readonly publicApi: boolean;
  /** Members that may call ingest and serve where publicApi is false, as `group:apps@example.com`. */
  readonly callers: readonly string[];
  readonly oidc:
    | { readonly issuer: string; readonly audience: string; readonly listenerClaim: string }
    | undefined;
  /**
   * `managed`: the setting signingKeys becomes a version of the program's own secret; a name: an existing secret
   * of the project that has a version; undefined: OIDC only.
   */
  readonly signingKeys: 'managed' | { readonly secret: string } | undefined;
  readonly functions: Readonly<Record<FunctionName, FunctionSize>>;
  readonly serveHost: Host;
  readonly load: Load;
  readonly bigtable: BigtableConfig;
  /** When the nightly build starts. */
  readonly schedule: { readonly hour: number; readonly timeZone: string };
  readonly alertEmails: readonly string[];
  readonly budget:
    | { readonly billingAccount: string; readonly monthly: number; readonly currency: string }
    | undefined;
  /** A name of one's own for the API, behind a load balancer; dnsZone is a managed zone of Cloud DNS. */
  readonly domain: { readonly name: string; readonly dnsZone: string | undefined } | undefined;
  /** Nothing is reachable but from this network (and the load balancer), nothing leaves but through it. */
  readonly privateNetwork: { readonly network: string; readonly subnetwork: string } | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Days after which the warehouse forgets listens and impressions; 0 keeps them. */
  readonly retentionDays: number;
  /** Days for which Bigtable keeps live events: longer than the oldest build that may serve. */
  readonly liveDays: number;
  /** Days for which the tables of a build are kept. */
  readonly buildDays: number;
  /** Bytes that one query may bill. */
  readonly maxBytesBilled: number;
  readonly log: 'debug' | 'info' | 'warn' | 'error';
  readonly deletionProtection: boolean;
}

/** Every problem of a configuration, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

const LABEL_KEY = /^[a-z][a-z0-9_-]{0,62}$/;
const LABEL_VALUE = /^[a-z0-9_-]{0,63}$/;
const RESOURCE_NAME = /^[a-z][-a-z0-9]{0,62}$/;

const Count = z.int().min(0).max(1000);

/** Cloud Run refuses more than one request at a time on less than one CPU, and 4 CPUs on less than 2 GiB. */
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

const Settings = z.object({
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
    })
    .default({}),
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
type Settings = z.infer<typeof Settings>;

/** These are text as they stand; every other setting is JSON, as `true`, `3` or `{"hour": 4}`. */
const TEXTS = new Set<string>([
  'size',
  'project',
  'region',
  'signingKeys',
  'signingKeysSecret',
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

/** `segue:bigtable.zones[0]`, or `gcp:project` for what belongs to the provider. */
function nameOf(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path;
  const space = first === 'project' || first === 'region' ? 'gcp' : 'segue';
  return rest.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}.${String(part)}`),
    `${space}:${String(first)}`,
  );
}

/**
 * The configuration of the stack: what the size presets, with what the settings say instead. Throws ConfigError
 * with every problem.
 */
export function readConfig(raw: RawConfig): SegueConfig {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(Settings.shape)) {
    const text = raw.get(key);
    if (text === undefined) continue;
    try {
      values[key] = TEXTS.has(key) ? text : JSON.parse(text);
    } catch {
      problems.push(`${nameOf([key])}: must be JSON`);
    }
  }
  for (const key of raw.keys?.() ?? [])
    if (!(key in Settings.shape)) problems.push(`${nameOf([key])}: there is no such setting`);
  const parsed = Settings.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      if (!problems.some((problem) => problem.startsWith(`${nameOf(issue.path.slice(0, 1))}: must be JSON`)))
        problems.push(`${nameOf(issue.path)}: ${issue.message}`);
    // What a size presets is not known without it, so what depends on both is checked once each is right.
    throw new ConfigError(problems);
  }
  const config = merged(parsed.data);
  problems.push(...contradictions(config, parsed.data));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function merged(settings: Settings): SegueConfig {
  const preset = PRESETS[settings.size];
  const { region } = settings;
  const sized = (name: FunctionName): FunctionSize => ({
    ...preset.functions[name],
    ...withoutUndefined(settings.functions[name] ?? {}),
  });
  return {
    size: settings.size,
    project: settings.project,
    region,
    publicApi: settings.publicApi,
    callers: settings.callers,
    oidc: settings.oidc,
    signingKeys:
      settings.signingKeysSecret !== undefined
        ? { secret: settings.signingKeysSecret }
        : settings.signingKeys === undefined
          ? undefined
          : 'managed',
    functions: {
      ingest: sized('ingest'),
      'update-signals': sized('update-signals'),
      rebuild: sized('rebuild'),
      serve: sized('serve'),
    },
    serveHost: settings.serveHost ?? preset.serveHost,
    load: settings.load ?? preset.load,
    bigtable: {
      ...preset.bigtable,
      zones: preset.zoneLetters.map((letter) => `${region}-${letter}`),
      ...withoutUndefined(settings.bigtable),
    },
    schedule: settings.schedule,
    alertEmails: settings.alertEmails,
    budget: settings.budget,
    domain: settings.domain && { name: settings.domain.name, dnsZone: settings.domain.dnsZone },
    privateNetwork: settings.privateNetwork,
    labels: { ...settings.labels, app: 'segue', size: settings.size },
    retentionDays: settings.retentionDays ?? preset.retentionDays,
    liveDays: settings.liveDays,
    buildDays: settings.buildDays ?? preset.buildDays,
    maxBytesBilled: settings.maxBytesBilled ?? preset.maxBytesBilled,
    log: settings.log,
    deletionProtection: settings.deletionProtection ?? preset.deletionProtection,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}

/** Settings that are right by themselves and not together. */
function contradictions(config: SegueConfig, settings: Settings): string[] {
  const problems: string[] = [];
  if (config.oidc === undefined && config.signingKeys === undefined)
    problems.push('segue:oidc: set it, or signingKeys, or signingKeysSecret: nobody could sign in');
  if (settings.signingKeys !== undefined && settings.signingKeysSecret !== undefined)
    problems.push('segue:signingKeysSecret: signingKeys is set as well; one of them is enough');
  if (settings.signingKeys !== undefined && !isJson(settings.signingKeys))
    problems.push('segue:signingKeys: must be a JWK, or a list of them, as JSON');
  if (config.publicApi && config.callers.length > 0)
    problems.push('segue:callers: publicApi lets everybody call; one of them is enough');
  if (config.privateNetwork !== undefined && config.publicApi && config.domain === undefined)
    problems.push(
      'segue:publicApi: in a private network only the load balancer can be public; set domain too',
    );
  if (config.domain !== undefined && !config.publicApi)
    problems.push('segue:domain: the load balancer brings no identity; set publicApi: true too');
  if (config.bigtable.minNodes > config.bigtable.maxNodes)
    problems.push('segue:bigtable.minNodes: must be at most maxNodes');
  if (config.bigtable.maxNodes > 10 * config.bigtable.minNodes)
    problems.push('segue:bigtable.maxNodes: must be at most ten times minNodes');
  if (new Set(config.bigtable.zones).size < config.bigtable.zones.length)
    problems.push('segue:bigtable.zones: each cluster needs a zone of its own');
  if (config.retentionDays > 0 && config.retentionDays < config.liveDays)
    problems.push('segue:retentionDays: must be 0 or at least liveDays, or builds would miss live events');
  for (const [name, size] of Object.entries(config.functions))
    if (size.minInstances > size.maxInstances)
      problems.push(`segue:functions.${name}.minInstances: must be at most maxInstances`);
  return problems;
}
