/** The taste profile of the nightly build, and how the hours since are laid over it. */
import { decay } from './affinity.ts';
import type { Signals } from './signals.ts';

export interface TasteEntry {
  readonly id: string;
  readonly name: string | null;
  readonly affinity: number;
  readonly plays: number;
}

/** Of the recordings: id is the item, recording the recording. */
export interface TasteTrack extends Omit<TasteEntry, 'name'> {
  readonly recording: string;
}

export interface TasteHour {
  readonly hour: number;
  readonly plays: number;
  readonly tempoPlays: number;
  /** Sum of BPM·10. */
  readonly tempoSum: number;
  readonly energyPlays: number;
  /** Sum of energy in thousandths. */
  readonly energySum: number;
  /** k is key·2 + mode, -1 unknown. */
  readonly keys: readonly { readonly k: number; readonly n: number }[];
}

/** As stages/taste_profiles.sql writes it: affinities in millionths as of asOf. */
export interface Taste {
  readonly asOf: number;
  readonly since: number;
  readonly listens: number;
  readonly plays: number;
  readonly skips: number;
  /** Listens of which both the time heard and the duration are known, and those of them completed. */
  readonly measured: number;
  readonly completions: number;
  readonly recordings: number;
  readonly sessions: number;
  /** New recordings per thousand plays. */
  readonly appetite: number;
  readonly artists: readonly TasteEntry[];
  readonly genres: readonly { readonly name: string; readonly affinity: number; readonly plays: number }[];
  readonly tracks: readonly TasteTrack[];
  readonly hours: readonly TasteHour[];
}

type Lists = 'artists' | 'genres' | 'tracks';

type WrittenTaste = Omit<Taste, Lists | 'hours'> & { readonly [K in Lists]: Taste[K] | null } & {
  readonly hours: readonly (Omit<TasteHour, 'keys'> & { readonly keys: string })[] | null;
};

/** Reads the build's text; lists that are absent there are empty here. */
export function parseTaste(text: string): Taste {
  const parsed = JSON.parse(text) as WrittenTaste;
  return {
    ...parsed,
    artists: parsed.artists ?? [],
    genres: parsed.genres ?? [],
    tracks: parsed.tracks ?? [],
    hours: (parsed.hours ?? []).map((hour) => ({ ...hour, keys: parseKeys(hour.keys) })),
  };
}

/** `key_mode:plays key_mode:plays …`. */
function parseKeys(text: string): TasteHour['keys'] {
  return text.split(' ').map((pair) => {
    const [k, n] = pair.split(':');
    return { k: Number(k), n: Number(n) };
  });
}

export interface Affinity {
  readonly id: string;
  readonly affinity: number;
  readonly plays: number;
}

const MILLIONTHS = 1_000_000;

/**
 * Affinities of build and live signals together, as of the signals' `now`, best first, none below 0. An affinity
 * is a sum over events, so the build's decays on and the live part is added.
 */
export function layAffinities(
  built: readonly Affinity[],
  asOf: number,
  live: Signals['artists'],
  now: number,
): Affinity[] {
  const factor = decay(Math.max(0, now - asOf)) / MILLIONTHS;
  const sums = new Map(
    built.map(({ id, affinity, plays }) => [id, { id, affinity: affinity * factor, plays }]),
  );
  for (const [id, entry] of live) {
    const base = sums.get(id) ?? { id, affinity: 0, plays: 0 };
    sums.set(id, { id, affinity: base.affinity + entry.affinity, plays: base.plays + entry.plays });
  }
  return [...sums.values()]
    .filter(({ affinity }) => affinity > 0)
    .sort((a, b) => b.affinity - a.affinity || (a.id < b.id ? -1 : 1));
}
