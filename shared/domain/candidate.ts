/** A candidate as pools carry it: what ranking needs, inlined, and which generators proposed it on what evidence. */

import { orderByModel, type PoolModel, parseModelLine } from './ranking-model.ts';

export const GENERATORS = ['co', 'artist', 'release', 'audio', 'next', 'session', 'tags', 'popular'] as const;
export type Generator = (typeof GENERATORS)[number];

/** True where what led to a candidate is an artist, not an item. */
export const namesArtist = (generator: Generator): boolean =>
  generator === 'artist' || generator === 'release';

/** What is known of an item without asking the catalogue. */
export interface Features {
  readonly itemId: string;
  readonly recordingId: string;
  readonly artistId: string | null;
  /** Beats per minute. */
  readonly tempo: number | null;
  readonly key: number | null;
  readonly mode: number | null;
  /** 0 to 1. */
  readonly energy: number | null;
  readonly explicit: boolean;
  readonly genre: string | null;
}

export interface Evidence {
  readonly generator: Generator;
  /** 0 to 1; 1 is the best candidate that this generator had for this listener. */
  readonly score: number;
  /** Item (co, audio, tags) or artist (artist, release) that led here. */
  readonly seed: string | null;
}

export interface Candidate extends Features {
  /** 0 to 1000: the generators' scores weighed and summed by the build. */
  readonly score: number;
  /** The listener's plays of the artist up to the build; null in pools that belong to no listener. */
  readonly artistPlays: number | null;
  /** Of those, the ones that are part of their taste, where some were private or excluded. */
  readonly openArtistPlays?: number;
  /** True where the build found artist and genres foreign to the listener; see isTasteBroadening(). */
  readonly broadens?: boolean;
  readonly evidence: readonly Evidence[];
}

/** What a pool knows of its listener beside the item. */
export const listenersPartOf = ({ artistPlays, openArtistPlays, broadens }: Candidate) => ({
  artistPlays,
  ...(openArtistPlays !== undefined && { openArtistPlays }),
  ...(broadens !== undefined && { broadens }),
});

/** What stands for a generator in pools and impressions. */
const GENERATOR_LETTERS: Readonly<Record<Generator, string>> = {
  co: 'c',
  artist: 'a',
  release: 'r',
  audio: 's',
  next: 'n',
  session: 'v',
  tags: 'g',
  popular: 'p',
};
const GENERATOR_OF: ReadonlyMap<string, Generator> = new Map(
  GENERATORS.map((generator) => [GENERATOR_LETTERS[generator], generator]),
);

/** Evidence as impressions keep it: each generator's letter and its score in thousandths. */
export function evidenceText(evidence: readonly Evidence[]): string {
  return evidence
    .map(({ generator, score }) => `${GENERATOR_LETTERS[generator]}${Math.round(score * 1000)}`)
    .join('');
}

/** At the end of a candidate's evidence, where it is no generator's. */
const BROADENS = 'b1';

/** The candidates of a pool text, best first; see stages/listener_pools.sql for the format. */
export function parseCandidates(text: string): readonly Candidate[] {
  return parsePool(text).candidates;
}

/** A pool's candidates, best first: by the ranking model that the text names, or as they stand. */
export interface Pool {
  readonly candidates: readonly Candidate[];
  readonly model: PoolModel | undefined;
}

/** As parseCandidates(), with what ordered them. */
export function parsePool(text: string): Pool {
  const [seeds = '', artists = '', ...lines] = text.split('\n');
  const names = { items: seeds.split('\t'), artists: artists.split('\t') };
  const weights = parseModelLine(lines[0] ?? '');
  const candidates = lines.slice(weights === undefined ? 0 : 1).map((line) => parseLine(line, names));
  const ordered = weights == null ? undefined : orderByModel(candidates, weights);
  return ordered ?? { candidates, model: undefined };
}

interface SeedNames {
  readonly items: readonly string[];
  readonly artists: readonly string[];
}

/** Throws RangeError for a line that no build writes. */
function parseLine(line: string, seeds: SeedNames): Candidate {
  const [item, recording, artist, genre, sound, score, plays, evidence] = line.split('\t');
  if (item === undefined || sound === undefined || evidence === undefined)
    throw new RangeError(`${JSON.stringify(line.slice(0, 80))} is no candidate.`);
  return {
    itemId: item,
    recordingId: recording || item,
    artistId: artist || null,
    genre: genre || null,
    ...parseSound(sound),
    score: Number(score) / 1000,
    ...parsePlays(plays ?? ''),
    ...(evidence.endsWith(BROADENS) && { broadens: true }),
    evidence: parseEvidence(evidence, seeds),
  };
}

/** `plays`, or `plays.open` where some were not open; nothing in pools that belong to no listener. */
function parsePlays(text: string): Pick<Candidate, 'artistPlays' | 'openArtistPlays'> {
  const [all = '', open] = text.split('.');
  return {
    artistPlays: all === '' ? null : Number(all),
    ...(open !== undefined && { openArtistPlays: Number(open) }),
  };
}

type Sound = Pick<Features, 'tempo' | 'key' | 'mode' | 'energy' | 'explicit'>;

function parseSound(text: string): Sound {
  const explicit = text.endsWith('x');
  const [tempo = '', keyMode = '', energy = ''] = (explicit ? text.slice(0, -1) : text).split('.');
  return {
    tempo: tempo === '' ? null : Number(tempo) / 10,
    key: keyMode === '' ? null : Math.floor(Number(keyMode) / 2),
    mode: keyMode === '' ? null : Number(keyMode) % 2,
    energy: energy === '' ? null : Number(energy) / 1000,
    explicit,
  };
}

function parseEvidence(text: string, seeds: SeedNames): Evidence[] {
  const found: Evidence[] = [];
  for (const [, letter = '', score = '', seed] of text.matchAll(/([a-z])(\d+)(?:\.(\d+))?/g)) {
    const generator = GENERATOR_OF.get(letter);
    // A newer build may know generators that this code does not.
    if (generator === undefined) continue;
    const names = namesArtist(generator) ? seeds.artists : seeds.items;
    found.push({
      generator,
      score: Number(score) / 1000,
      seed: (seed === undefined ? undefined : names[Number(seed)]) || null,
    });
  }
  return found;
}
