/** The stack's configuration, parsed once: everything wrong with it is said at once, by the name of the setting. */
import type { z } from 'zod';
import { contradictions } from './config-contradictions.ts';
import { keysAt, Settings, TEXTS } from './config-schema.ts';
import { nearestOf } from './nearest.ts';
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
  /** Whether anybody may call the API’s functions, which then verify a token of their own. */
  readonly publicApi: boolean;
  /** Members that may call the API’s functions where publicApi is false, as `group:apps@example.com`. */
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
  /** The model of Gemini on Vertex AI that reads prompts, and where it is asked; undefined: prompts are parsed. */
  readonly gemini: { readonly model: string; readonly location: string } | undefined;
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

/** `segue:bigtable.zones[0]`, or `gcp:project` for what belongs to the provider. */
function nameOf(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path;
  const space = first === 'project' || first === 'region' ? 'gcp' : 'segue';
  return rest.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}.${String(part)}`),
    `${space}:${String(first)}`,
  );
}

/** An unknown setting, and the one that was meant. */
function unknownSetting(path: readonly PropertyKey[], known: readonly string[]): string {
  const name = String(path.at(-1));
  if (name.includes(':')) return `${name}: belongs to the provider; set ${name.replace(/^segue:/, 'gcp:')}`;
  const meant = nearestOf(name, known);
  const hint = meant === undefined ? '' : `; did you mean ${nameOf([...path.slice(0, -1), meant])}?`;
  return `${nameOf(path)}: there is no such setting${hint}`;
}

function sentencesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${nameOf(issue.path)}: ${issue.message}`];
  return issue.keys.map((key) => unknownSetting([...issue.path, key], keysAt(issue.path)));
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
    if (!(key in Settings.shape)) problems.push(unknownSetting([key], Object.keys(Settings.shape)));
  const parsed = Settings.safeParse(values);
  const wrong = new Set(problems.map((problem) => /^\w+:(\w+)/.exec(problem)?.[1] ?? ''));
  for (const issue of parsed.error?.issues ?? []) {
    const first = String(issue.path[0]);
    // Whose text is no JSON is not set as well.
    if (!wrong.has(first) || values[first] !== undefined) problems.push(...sentencesOf(issue));
  }
  for (const issue of parsed.error?.issues ?? []) wrong.add(String(issue.path[0]));
  // What can be right is looked at together even where something else is wrong.
  const right = Object.fromEntries(Object.entries(values).filter(([key]) => !wrong.has(key)));
  const rest = Settings.safeParse({ project: 'unknown', region: 'unknown-unknown1', ...right });
  if (rest.success) {
    const config = merged(rest.data);
    problems.push(...contradictions(config, rest.data, wrong));
    if (problems.length === 0) return config;
  }
  throw new ConfigError(problems);
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
      sessions: sized('sessions'),
      agent: sized('agent'),
    },
    gemini: settings.gemini
      ? { model: settings.geminiModel ?? '', location: settings.geminiLocation ?? region }
      : undefined,
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

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}
