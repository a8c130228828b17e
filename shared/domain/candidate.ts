/** A candidate as pools carry it: what ranking needs, inlined, and which generators proposed it on what evidence. */

export const GENERATORS = ['co', 'artist', 'audio', 'next', 'popular'] as const;
export type Generator = (typeof GENERATORS)[number];

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
  readonly year: number | null;
  readonly explicit: boolean;
  readonly genre: string | null;
  /** Popularity score in thousandths, comparable within one build. */
  readonly popularity: number;
}

export interface Evidence {
  readonly generator: Generator;
  /** 0 to 1; 1 is the best candidate that this generator had for this listener. */
  readonly score: number;
  /** Item (co, audio) or artist (artist) that led here. */
  readonly seed: string | null;
}

export interface Candidate extends Features {
  /** 0 to 1000: the generators' scores weighed and summed by the build. */
  readonly score: number;
  /** The listener's plays of the artist up to the build; null in pools that belong to no listener. */
  readonly artistPlays: number | null;
  readonly evidence: readonly Evidence[];
}

/** First line and candidates of a pool text; see stages/listener_pools.sql for the format. */
export function parseCandidates(text: string): { header: string; candidates: Candidate[] } {
  if (text === '') return { header: '', candidates: [] };
  const [header = '', ...lines] = text.split('\n');
  const seeds = header.split('\t');
  return { header, candidates: lines.map((line) => parseLine(line, seeds)) };
}

const numberOrNull = (text: string | undefined): number | null =>
  text === undefined || text === '' ? null : Number(text);
const scaled = (text: string | undefined, by: number): number | null =>
  text === undefined || text === '' ? null : Number(text) / by;

function parseLine(line: string, seeds: readonly string[]): Candidate {
  const [
    item = '',
    recording,
    artist,
    tempo,
    key,
    mode,
    energy,
    year,
    explicit,
    genre,
    popularity,
    score,
    plays,
    evidence,
  ] = line.split('\t');
  return {
    itemId: item,
    recordingId: recording === undefined || recording === '' ? item : recording,
    artistId: artist === undefined || artist === '' ? null : artist,
    // Real data writes an unknown tempo as 0 and an unknown key as -1.
    tempo: scaled(tempo, 10) || null,
    key: key === '-1' ? null : numberOrNull(key),
    mode: numberOrNull(mode),
    energy: scaled(energy, 1000),
    year: numberOrNull(year),
    explicit: explicit === '1',
    genre: genre === undefined || genre === '' ? null : genre,
    popularity: Number(popularity),
    score: Number(score) / 1000,
    artistPlays: numberOrNull(plays),
    evidence: (evidence ?? '').split(' ').flatMap((part) => parseEvidence(part, seeds)),
  };
}

function parseEvidence(text: string, seeds: readonly string[]): Evidence[] {
  const first = text.indexOf(':');
  const second = text.indexOf(':', first + 1);
  const generator = GENERATORS.find((name) => name === text.slice(0, first));
  if (generator === undefined) return [];
  const seed = text.slice(second + 1);
  const isSeedNumber = (generator === 'co' || generator === 'audio') && seed !== '';
  return [
    {
      generator,
      score: Number(text.slice(first + 1, second)) / 1000,
      seed: seed === '' ? null : isSeedNumber ? (seeds[Number(seed)] ?? null) : seed,
    },
  ];
}
