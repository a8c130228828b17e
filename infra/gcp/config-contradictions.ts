/** Settings that are right by themselves and not together, or not where they are to run. */
import type { SegueConfig } from './config.ts';
import type { Settings } from './config-schema.ts';
import { CATALOGUE_HOLDERS, CATALOGUE_MEMORY } from './sizes.ts';

interface Contradiction {
  /** The settings that it is about; where one of them is wrong by itself nothing is said. */
  readonly of: readonly (keyof Settings)[];
  readonly isThere: boolean;
  readonly sentence: string;
}

/** Everything about settings that are right by themselves. `wrong`: those that are not. */
export function contradictions(
  config: SegueConfig,
  settings: Settings,
  wrong: ReadonlySet<string> = new Set(),
): string[] {
  const all = [
    ...ofPeople(config, settings),
    ...ofPlaces(config),
    ...ofGemini(settings),
    ...ofFunctions(config),
  ];
  return [
    ...all
      .filter(({ of, isThere }) => isThere && !of.some((name) => wrong.has(name)))
      .map(({ sentence }) => sentence),
    ...(settings.signingKeys === undefined ? [] : keyProblems(settings.signingKeys)),
  ];
}

/** Who may come in, and by what they are known. */
function ofPeople(config: SegueConfig, settings: Settings): Contradiction[] {
  return [
    {
      of: ['oidc', 'signingKeys', 'signingKeysSecret'],
      isThere: config.oidc === undefined && config.signingKeys === undefined,
      sentence: 'segue:oidc: set it, or signingKeys, or signingKeysSecret: nobody could sign in',
    },
    {
      of: ['signingKeys', 'signingKeysSecret'],
      isThere: settings.signingKeys !== undefined && settings.signingKeysSecret !== undefined,
      sentence: 'segue:signingKeysSecret: signingKeys is set as well; one of them is enough',
    },
    {
      of: ['publicApi', 'callers'],
      isThere: config.publicApi && config.callers.length > 0,
      sentence: 'segue:callers: publicApi lets everybody call; one of them is enough',
    },
    {
      of: ['publicApi', 'callers'],
      isThere: !config.publicApi && config.callers.length === 0,
      sentence: 'segue:callers: name who may call the API, or set publicApi: true',
    },
    {
      of: ['publicApi', 'domain', 'privateNetwork'],
      isThere: config.privateNetwork !== undefined && config.publicApi && config.domain === undefined,
      sentence: 'segue:publicApi: in a private network only the load balancer can be public; set domain too',
    },
    {
      of: ['publicApi', 'domain'],
      isThere: config.domain !== undefined && !config.publicApi,
      sentence: 'segue:domain: the load balancer brings no identity; set publicApi: true too',
    },
  ];
}

/** Where things are, how many, and how long they are kept. */
function ofPlaces({ bigtable, retentionDays, liveDays }: SegueConfig): Contradiction[] {
  return [
    {
      of: ['bigtable'],
      isThere: bigtable.minNodes > bigtable.maxNodes,
      sentence: 'segue:bigtable.minNodes: must be at most maxNodes',
    },
    {
      of: ['bigtable'],
      isThere: bigtable.maxNodes > 10 * bigtable.minNodes,
      sentence: 'segue:bigtable.maxNodes: must be at most ten times minNodes',
    },
    {
      of: ['bigtable'],
      isThere: new Set(bigtable.zones).size < bigtable.zones.length,
      sentence: 'segue:bigtable.zones: each cluster needs a zone of its own',
    },
    {
      of: ['retentionDays', 'liveDays'],
      isThere: retentionDays > 0 && retentionDays < liveDays,
      sentence: 'segue:retentionDays: must be 0 or at least liveDays, or builds would miss live events',
    },
  ];
}

/** Whether a model reads prompts, and which. */
function ofGemini({ gemini, geminiModel, geminiLocation }: Settings): Contradiction[] {
  return [
    {
      of: ['gemini', 'geminiModel'],
      // Google retires each model within some two years: a preset would be a deployment that breaks by itself.
      isThere: gemini && geminiModel === undefined,
      sentence: 'segue:geminiModel: name the model that reads prompts, or set gemini: false',
    },
    {
      of: ['gemini', 'geminiModel'],
      isThere: !gemini && geminiModel !== undefined,
      sentence: 'segue:geminiModel: nothing asks it; set gemini: true too',
    },
    {
      of: ['gemini', 'geminiLocation'],
      isThere: !gemini && geminiLocation !== undefined,
      sentence: 'segue:geminiLocation: nothing is asked there; set gemini: true too',
    },
  ];
}

function ofFunctions({ functions }: SegueConfig): Contradiction[] {
  return Object.entries(functions).flatMap(([name, size]) => {
    const [least, most] = MEMORY[size.cpu] ?? [0, 0];
    const memory = mebibytes(size.memory);
    const holdsCatalogue = CATALOGUE_HOLDERS.some((holder) => holder === name);
    return [
      {
        of: ['functions'],
        isThere: holdsCatalogue && memory >= least && memory < CATALOGUE_MEMORY,
        sentence: `segue:functions.${name}.memory: must be ${CATALOGUE_MEMORY}Mi or more: it holds the catalogue`,
      },
      {
        of: ['functions'],
        isThere: size.minInstances > size.maxInstances,
        sentence: `segue:functions.${name}.minInstances: must be at most maxInstances`,
      },
      {
        of: ['functions'],
        isThere: memory < least || memory > most,
        sentence: `segue:functions.${name}.memory: must be ${least}Mi to ${most}Mi with a cpu of "${size.cpu}"`,
      },
    ];
  });
}

/** Mebibytes that Cloud Run allows with so many CPUs (Cloud Run: CPU limits; memory limits). */
const MEMORY: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '1': [128, 4096],
  '2': [128, 8192],
  '4': [2048, 16_384],
  '6': [4096, 24_576],
  '8': [4096, 32_768],
};

function mebibytes(memory: string): number {
  return Number.parseInt(memory, 10) * (memory.endsWith('Gi') ? 1024 : 1);
}

/** What keeps keys from verifying tokens. Says nothing of what they hold. */
function keyProblems(text: string): string[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return ['segue:signingKeys: must be a JWK, or a list of them, as JSON'];
  }
  const keys = (Array.isArray(raw) ? raw : [raw]) as readonly unknown[];
  if (keys.length === 0) return ['segue:signingKeys: holds no key: nobody could sign in'];
  const isKey = (key: unknown): key is Readonly<Record<string, unknown>> => {
    if (typeof key !== 'object' || key === null) return false;
    const { kty, crv, x, kid } = key as Readonly<Record<string, unknown>>;
    return kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string' && typeof kid === 'string';
  };
  return keys.flatMap((key, i) => {
    if (!isKey(key)) return [`segue:signingKeys[${i}]: must be an Ed25519 JWK with a kid`];
    // Whoever can only verify cannot be made to sign.
    return 'd' in key
      ? [`segue:signingKeys[${i}]: holds the private part; npm run keys prints the public one`]
      : [];
  });
}
