/** Pool, history and taste texts as the stages document them, written independently of what parses them. */
import { BloomFilter } from '../../../shared/domain/bloom.ts';

export interface PoolLine {
  readonly item: string;
  readonly recording?: string;
  readonly artist?: string;
  readonly genre?: string;
  /** BPM. */
  readonly tempo?: number;
  readonly key?: number;
  readonly mode?: number;
  readonly energy?: number;
  readonly explicit?: boolean;
  /** 0 to 1000. */
  readonly score: number;
  readonly plays?: number;
  /** As the stages write it: `c900.0p20`. */
  readonly evidence?: string;
}

function lineOf(line: PoolLine): string {
  const keyMode = line.key === undefined || line.mode === undefined ? '' : line.key * 2 + line.mode;
  const energy = line.energy === undefined ? '' : Math.round(line.energy * 1000);
  const sound = `${line.tempo === undefined ? '' : line.tempo * 10}.${keyMode}.${energy}${line.explicit ? 'x' : ''}`;
  return [
    line.item,
    line.recording ?? '',
    line.artist ?? '',
    line.genre ?? '',
    sound,
    Math.round(line.score * 1000),
    line.plays ?? '',
    line.evidence ?? 'p100',
  ].join('\t');
}

export function poolText(
  lines: readonly PoolLine[],
  seeds: readonly string[] = [],
  artists: readonly string[] = [],
) {
  return [seeds.join('\t'), artists.join('\t'), ...lines.map(lineOf)].join('\n');
}

/** `count` candidates of falling score, each of an artist of its own, with the evidence given. */
export function someLines(prefix: string, count: number, rest: Partial<PoolLine> = {}): PoolLine[] {
  return Array.from({ length: count }, (_, i) => ({
    item: `${prefix}${i}`,
    artist: `${prefix}artist${i}`,
    score: 900 - i,
    ...rest,
  }));
}

/** Recordings newest first, as `recent` holds them. */
export function historyText(recordings: readonly string[], day = 20_000, forgotten: readonly string[] = []) {
  return recordings.map((id, i) => `${id}\t${day - i}\t3${forgotten.includes(id) ? '\tf' : ''}`).join('\n');
}

/** Padded and so exact that no test meets a false positive, which small filters of the usual size are full of. */
export function heardText(recordings: readonly string[]): string {
  const others = Array.from({ length: 300 }, (_, i) => `heard-other-${i}`);
  return BloomFilter.of([...recordings, ...others], 1e-6).toString();
}

/** A taste of one artist, one genre and one track. Affinities in millionths as of `asOf`. */
export function tasteText(asOf: number, rest: Record<string, unknown> = {}): string {
  return JSON.stringify({
    asOf,
    since: asOf - 1e9,
    listens: 100,
    plays: 80,
    skips: 20,
    measured: 90,
    completions: 45,
    recordings: 40,
    sessions: 7,
    appetite: 500,
    artists: [{ id: 'artist-a', name: 'Artist A', affinity: 4_000_000, plays: 30 }],
    genres: [{ name: 'jazz', affinity: 2_000_000, plays: 25 }],
    tracks: [{ id: 'item-a', recording: 'rec-a', affinity: 3_000_000, plays: 12 }],
    hours: [
      {
        hour: 8,
        plays: 10,
        tempoPlays: 8,
        tempoSum: 9_600,
        energyPlays: 5,
        energySum: 2_500,
        keys: '-1:3 1:6 7:2',
      },
    ],
    ...rest,
  });
}
