/** Decide: the tracks of a day for the members of a blend, and how alike they are. */
import type { BlendMatch } from '../../shared/api/blend.ts';
import { BLEND_WEIGHTS, type BlendedTracks, blendTracks } from '../../shared/domain/blend.ts';
import type { BlendMember } from '../../shared/domain/blend-evidence.ts';
import { type MatchParts, matchGroup } from '../../shared/domain/blend-match.ts';
import type { RankingWeights } from '../../shared/domain/ranking.ts';
import { sequence } from '../../shared/domain/sequencing.ts';
import { dateOf } from '../../shared/domain/time.ts';
import { createRandom } from '../../shared/random.ts';
import type { DayOf } from '../../shared/serving/blend-documents.ts';
import type { Basis } from '../../shared/serving/candidates.ts';
import type { ListenerView, Part, Reading, ReadingDeps } from '../../shared/serving/reading.ts';
import { type PreparedMember, prepareMember } from './blend-members.ts';

/** What is kept of a day. */
export interface BlendDay extends DayOf {
  readonly version: string;
  /** Epoch ms: the newest build of any member. */
  readonly build: number | null;
  /** By member. */
  readonly bases: Readonly<Record<string, Basis>>;
  readonly match: BlendMatch;
  readonly tracks: BlendedTracks;
}

/** Parts without which a day's tracks are not worth keeping. */
const NEEDED: readonly Part[] = ['build', 'listener', 'catalogue', 'related', 'popularity'];

/** Whether the day may be kept: what it was made of was all there. */
export function isWhole({ degraded }: Reading): boolean {
  return !NEEDED.some((part) => degraded.has(part));
}

/** Makes the day. `views`: of each member, by listener id, in order. */
export async function makeDay(
  deps: ReadingDeps & { readonly weights: RankingWeights },
  reading: Reading,
  blendId: string,
  views: ReadonlyMap<string, ListenerView>,
): Promise<BlendDay> {
  const prepared = await Promise.all(
    [...views].map(([listenerId, view]) =>
      prepareMember(deps, reading, listenerId, view, deps.weights, BLEND_WEIGHTS.favourite),
    ),
  );
  const seed = `${blendId} ${dateOf(reading.now)}`;
  // Whose row could not be read may have ruled out anything.
  const isKnown = [...views.values()].every((view) => view.isKnown);
  const builds = [...views.values()].flatMap(({ build }) => build ?? []);
  return {
    members: [...views.keys()],
    version: BLEND_WEIGHTS.version,
    build: builds.length === 0 ? null : Math.max(...builds),
    bases: Object.fromEntries(prepared.map(({ member, basis }) => [member.listenerId, basis])),
    match: describeMatch(prepared),
    tracks: isKnown ? tracksOf(prepared, seed) : { choices: [], reserves: [] },
  };
}

function tracksOf(prepared: readonly PreparedMember[], seed: string): BlendedTracks {
  const hasEvidence = prepared.some(({ member }) => member.candidates.length > 0);
  const members = prepared.map(
    ({ member, otherwise }): BlendMember => (hasEvidence ? member : { ...member, candidates: otherwise }),
  );
  return blendTracks(members, {
    ...BLEND_WEIGHTS,
    seed,
    order: (chosen) =>
      sequence(
        chosen.map((candidate) => ({ ...candidate, album: null })),
        { random: createRandom(0, `blend ${seed}`).next },
      ),
  });
}

function describeMatch(prepared: readonly PreparedMember[]): BlendMatch {
  const { percent, parts, pairs, artists, genres } = matchGroup(prepared.map(({ taste }) => taste));
  const names = new Map(prepared.flatMap((member) => [...member.names]));
  return {
    percent: percent === null ? null : round(percent, 10),
    explanation: {
      parts: parts && roundParts(parts),
      artists: artists.map((artistId) => ({ artistId, name: names.get(artistId) ?? null })),
      genres: [...genres],
      pairs: pairs.map((pair) => ({
        members: [...pair.members],
        percent: round(pair.percent, 10),
        parts: roundParts(pair.parts),
      })),
    },
  };
}

const round = (value: number, steps: number) => Math.round(value * steps) / steps;
const roundParts = ({ artists, sound, tracks }: MatchParts) => ({
  artists: round(artists, 1e4),
  sound: round(sound, 1e4),
  tracks: round(tracks, 1e4),
});
