/** Prepare: what a blend needs of one member, their candidates, their taste and what they rule out. */
import { squash } from '../../shared/domain/affinity.ts';
import type { BlendCandidate, BlendMember } from '../../shared/domain/blend-evidence.ts';
import type { MatchTaste } from '../../shared/domain/blend-match.ts';
import type { Candidate } from '../../shared/domain/candidate.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { type RankingWeights, scoreParts } from '../../shared/domain/ranking.ts';
import { type Affinity, layAffinities } from '../../shared/domain/taste.ts';
import { type Basis, candidatesFor } from '../../shared/serving/candidates.ts';
import type { ListenerView, Reading, ReadingDeps } from '../../shared/serving/reading.ts';

/** Favourites of one member that are looked at. */
const MOST_FAVOURITES = 200;

export interface PreparedMember {
  readonly basis: Basis;
  readonly member: BlendMember;
  /** What everybody listens to, where nothing else is known of the member; no evidence of theirs. */
  readonly otherwise: readonly BlendCandidate[];
  readonly taste: MatchTaste;
  /** Of artists, by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** Reads what the view of a member leaves open. `favouriteWeight`: of a much-loved track against the pool's best. */
export async function prepareMember(
  deps: ReadingDeps,
  reading: Reading,
  listenerId: string,
  view: ListenerView,
  weights: RankingWeights,
  favouriteWeight: number,
): Promise<PreparedMember> {
  const found = await candidatesFor(deps, reading, view, weights);
  const taste = tasteOf(listenerId, view);
  const itemOf = itemsByRecording(view);
  const favourites = [...taste.tracks].slice(0, MOST_FAVOURITES);
  const items: ReadonlyMap<string, CatalogueItem> = await reading.attempt(
    'catalogue',
    () => deps.catalogue.get(favourites.map(([recordingId]) => itemOf.get(recordingId) ?? recordingId)),
    new Map<string, CatalogueItem>(),
  );
  const isTheirs = (candidate: Candidate) => !view.controls.excludes({ ...candidate, context: {} });
  const liking = (recordingId: string) =>
    squash(taste.tracks.get(recordingId) ?? dislikeOf(view, recordingId));
  const scored = (candidate: Candidate): BlendCandidate => {
    const { pool, liveArtist, liveGenre } = scoreParts(candidate, view.signals, [], weights);
    const ofTaste = isTheirs(candidate);
    return {
      candidate,
      score: pool + liveArtist + liveGenre + (ofTaste ? favouriteWeight * liking(candidate.recordingId) : 0),
      favourite: ofTaste && taste.tracks.has(candidate.recordingId),
    };
  };
  const isPopular = found.basis === 'popularity';
  const pooled = isPopular ? [] : found.candidates;
  const inPool = new Set(pooled.map(({ recordingId }) => recordingId));
  const others = favourites
    .filter(([recordingId]) => !inPool.has(recordingId))
    .flatMap(([recordingId]) => {
      const item = items.get(itemOf.get(recordingId) ?? recordingId);
      return item === undefined || item.kind === 'episode' ? [] : [candidateOf(item, recordingId)];
    })
    .filter(isTheirs);
  return {
    basis: isPopular && others.length > 0 ? 'signals' : found.basis,
    member: {
      listenerId,
      candidates: [...pooled, ...others].map(scored),
      blocks: (item) => view.controls.blocking(item) !== undefined,
    },
    otherwise: isPopular ? found.candidates.map(scored) : [],
    taste,
    names: namesOf(view, items),
  };
}

/** 0 or less: what was skipped since the build. */
function dislikeOf({ signals }: ListenerView, recordingId: string): number {
  return Math.min(0, signals.recordings.get(recordingId)?.affinity ?? 0);
}

/** Build and live signals together, without what the listener keeps out of their taste; best first. */
function tasteOf(listenerId: string, { built, signals, controls }: ListenerView): MatchTaste {
  const taste = built?.taste;
  const lay = (entries: readonly Affinity[], live: typeof signals.artists) =>
    layAffinities(entries, taste?.asOf ?? signals.now, live, signals.now);
  const isTheirs = (itemId: string, recordingId: string, artistId: string | null) =>
    !controls.excludes({ itemId, recordingId, artistId, context: {} });
  const artists = lay(taste?.artists ?? [], signals.artists).filter(({ id }) => isTheirs(id, id, id));
  const genres = lay(
    (taste?.genres ?? []).map(({ name, ...rest }) => ({ id: name, ...rest })),
    signals.genres,
  );
  const tracks = lay(
    (taste?.tracks ?? [])
      .filter(({ id, recording }) => isTheirs(id, recording, null))
      .map(({ recording, affinity, plays }) => ({ id: recording, affinity, plays })),
    signals.recordings,
  );
  const plain = (entries: readonly Affinity[]) => new Map(entries.map(({ id, affinity }) => [id, affinity]));
  return {
    listenerId,
    artists: plain(artists),
    genres: plain(genres),
    tracks: plain(tracks),
    ...soundOf(taste?.hours ?? [], signals.hours),
  };
}

/** Mean energy and tempo over plays: of the build where it knows any, or else of the live ones. */
function soundOf(
  built: NonNullable<NonNullable<ListenerView['built']>['taste']>['hours'],
  live: ListenerView['signals']['hours'],
): Pick<MatchTaste, 'energy' | 'tempo'> {
  const mean = (sums: readonly (readonly [number, number])[]) => {
    const count = sums.reduce((total, [n]) => total + n, 0);
    return count === 0 ? null : sums.reduce((total, [, sum]) => total + sum, 0) / count;
  };
  return {
    energy:
      mean(built.map(({ energyPlays, energySum }) => [energyPlays, energySum / 1000])) ??
      mean(live.map(({ energyWeight, energySum }) => [energyWeight, energySum])),
    tempo:
      mean(built.map(({ tempoPlays, tempoSum }) => [tempoPlays, tempoSum / 10])) ??
      mean(live.map(({ tempoWeight, tempoSum }) => [tempoWeight, tempoSum])),
  };
}

function itemsByRecording({ built, row }: ListenerView): Map<string, string> {
  const items = new Map(built?.taste?.tracks.map(({ id, recording }) => [recording, id]));
  for (const { itemId, recordingId } of row.live) items.set(recordingId, itemId);
  return items;
}

/** A favourite as a candidate: no generator proposed it, the listener did. */
function candidateOf(item: CatalogueItem, recordingId: string): Candidate {
  return {
    itemId: item.itemId,
    recordingId,
    artistId: item.artistId,
    genre: item.genres[0] ?? null,
    tempo: item.tempo,
    key: item.key,
    mode: item.mode,
    energy: item.energy,
    explicit: item.explicit === true,
    score: 0,
    artistPlays: null,
    evidence: [],
  };
}

function namesOf({ built }: ListenerView, items: ReadonlyMap<string, CatalogueItem>): Map<string, string> {
  const names = new Map<string, string>();
  for (const { artistId, artist } of items.values())
    if (artistId !== null && artist !== null) names.set(artistId, artist);
  for (const { id, name } of built?.taste?.artists ?? []) if (name !== null) names.set(id, name);
  return names;
}
