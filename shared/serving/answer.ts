/** Assess: what the listener is told of each item and why, and what is remembered of having told it. */

import type { Answer, AnswerItem } from '../api/answer.ts';
import { buildIdOf } from '../domain/build-id.ts';
import {
  type Candidate,
  type Evidence,
  evidenceText,
  type Generator,
  namesArtist,
} from '../domain/candidate.ts';
import type { CatalogueItem } from '../domain/item.ts';
import type { Taste } from '../domain/taste.ts';
import type { OutgoingMessage, Topics } from '../ports/topics.ts';
import { TOPICS } from '../schema/topics.ts';
import type { Basis } from './candidates.ts';
import type { Reading, ReadingDeps } from './reading.ts';
import type { Choice } from './recommend.ts';

const SOURCES: Readonly<Record<Generator, AnswerItem['source']>> = {
  co: 'co_listening',
  artist: 'artist_neighbours',
  release: 'new_releases',
  audio: 'audio_neighbours',
  next: 'transitions',
  session: 'session_neighbours',
  tags: 'tag_neighbours',
  popular: 'popularity',
};

export interface AnswerContext {
  readonly surface: string;
  /** Null for an answer that is about an item, not for a listener. */
  readonly listenerId: string | null;
  readonly basis: Basis | 'item';
  readonly build: number | undefined;
  readonly impressionId: string;
  readonly rankingVersion: string;
  /** The listener's taste, which names the artists that led to an item and a favourite track of theirs. */
  readonly taste?: Taste | undefined;
  /** The listener's own pool, where what is served may come out of it. */
  readonly pool?: readonly Candidate[] | undefined;
}

/**
 * Puts titles to choices. An item the catalogue does not know keeps its id and says nothing it does not know. Nothing is
 * remembered of it: a look back is no impression.
 */
export async function describeAnswer(
  deps: Pick<ReadingDeps, 'catalogue'>,
  reading: Reading,
  context: AnswerContext,
  choices: readonly Choice[],
): Promise<Answer> {
  const seeds = choices.flatMap(({ candidate }) => itemSeeds(candidate));
  const favourites = context.taste?.tracks.map(({ id }) => id) ?? [];
  const wanted = [...choices.map(({ candidate }) => candidate.itemId), ...seeds, ...favourites];
  const items = await reading.attempt('catalogue', () => deps.catalogue.get(wanted), new Map());
  const known: Known = {
    items,
    artistNames: new Map(context.taste?.artists.map(({ id, name }) => [id, name])),
    favouriteOf: new Map(
      favourites.toReversed().flatMap((id) => {
        const artistId = items.get(id)?.artistId;
        return artistId == null ? [] : [[artistId, id] as const];
      }),
    ),
  };
  return {
    surface: context.surface,
    listenerId: context.listenerId,
    basis: context.basis,
    build: context.build === undefined ? null : buildIdOf(context.build),
    ranking: context.rankingVersion,
    impressionId: context.impressionId,
    generatedAt: new Date(reading.now).toISOString(),
    items: choices.map((choice, position) => writeItem(choice, position, known, context.impressionId)),
    degraded: [...reading.degraded].sort(),
  };
}

/** As describeAnswer(), and remembers what was served. */
export async function writeAnswer(
  deps: Pick<ReadingDeps, 'catalogue'> & { readonly topics: Pick<Topics, 'publish'> },
  reading: Reading,
  context: AnswerContext,
  choices: readonly Choice[],
): Promise<Answer> {
  return rememberAnswer(deps, reading, await describeAnswer(deps, reading, context, choices), context.pool);
}

function itemSeeds({ evidence }: Candidate): string[] {
  return evidence.flatMap(({ generator, seed }) => (namesArtist(generator) || seed === null ? [] : [seed]));
}

function artistSeeds({ evidence }: Candidate): string[] {
  const found = evidence.flatMap(({ generator, seed }) =>
    namesArtist(generator) && seed !== null ? [seed] : [],
  );
  return [...new Set(found)];
}

/** Tracks that led here: seeds themselves, and of an artist that did the listener's favourite track of theirs. */
function seedTracksOf(candidate: Candidate, favouriteOf: Known['favouriteOf']): string[] {
  const favourites = artistSeeds(candidate).flatMap((artistId) => favouriteOf.get(artistId) ?? []);
  return [...new Set([...itemSeeds(candidate), ...favourites])];
}

interface Known {
  readonly items: ReadonlyMap<string, CatalogueItem>;
  readonly artistNames: ReadonlyMap<string, string | null>;
  /** The best-liked item of each artist among the listener's favourites. */
  readonly favouriteOf: ReadonlyMap<string, string>;
}

function writeItem(
  { candidate, score, parts, notion, position, propensity = 1 }: Choice,
  place: number,
  { items, artistNames, favouriteOf }: Known,
  impressionId: string,
): AnswerItem {
  const item = items.get(candidate.itemId);
  const byStrength = candidate.evidence.toSorted((a, b) => b.score - a.score);
  // Popularity backs most items; it is the source only of those that nothing else proposed.
  const strongest = byStrength.find(({ generator }) => generator !== 'popular') ?? byStrength[0];
  return {
    position: position ?? place,
    itemId: candidate.itemId,
    recordingId: candidate.recordingId,
    title: item?.title ?? null,
    artist: item?.artist ?? null,
    artistId: candidate.artistId,
    album: item?.album ?? null,
    genres: [...(item?.genres ?? (candidate.genre === null ? [] : [candidate.genre]))],
    durationMs: item?.durationMs ?? null,
    tempo: candidate.tempo,
    key: candidate.key,
    mode: candidate.mode,
    energy: candidate.energy,
    year: item?.year ?? null,
    explicit: candidate.explicit,
    source: strongest === undefined ? 'popularity' : SOURCES[strongest.generator],
    sources: byStrength.map((evidence) => writeSource(evidence)),
    seedTracks: seedTracksOf(candidate, favouriteOf).map((itemId) => ({
      itemId,
      title: items.get(itemId)?.title ?? null,
      artist: items.get(itemId)?.artist ?? null,
    })),
    seedArtists: artistSeeds(candidate).map((artistId) => ({
      artistId,
      name: artistNames.get(artistId) ?? null,
    })),
    notion,
    score: roundScore(score),
    scoreParts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, roundScore(value)])),
    // Six digits: a quotient of shares, not a measurement.
    propensity: Math.round(propensity * 1e6) / 1e6,
    impressionId,
  };
}

function writeSource({ generator, score, seed }: Evidence): AnswerItem['sources'][number] {
  return { source: SOURCES[generator], score: roundScore(score), seed };
}

/** Scores leave with four digits: what is beyond them is noise to whoever reads them. */
export function roundScore(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** What was served to whom and where, as impressions are made of it. */
export interface Served {
  readonly surface: string;
  readonly listenerId: string | null;
  readonly build: string | null;
  readonly impressionId: string;
  readonly items: readonly (Pick<
    AnswerItem,
    'position' | 'itemId' | 'recordingId' | 'notion' | 'score' | 'propensity'
  > & { readonly source: string })[];
}

/** What the listener's own pool proposed a recording on: only that is what ranking learns from. */
function evidenceIn(pool: readonly Candidate[], recordingId: string) {
  const own = pool.find((candidate) => candidate.recordingId === recordingId);
  return {
    evidence: own === undefined ? null : evidenceText(own.evidence),
    artist_plays: own?.openArtistPlays ?? own?.artistPlays ?? null,
  };
}

/**
 * One message per answer, of which the warehouse gets a row an item; none for nobody and for nothing. `pool` is the
 * listener's own, where items come out of it.
 */
export function impressionsOf(
  served: Served,
  servedAt: number,
  pool: readonly Candidate[] = [],
): OutgoingMessage[] {
  const { listenerId, items } = served;
  if (listenerId === null || items.length === 0) return [];
  const message = {
    impression_id: served.impressionId,
    listener_id: listenerId,
    surface: served.surface,
    build_id: served.build,
    served_at: servedAt,
    items: items.map((item) => ({
      position: item.position,
      item_id: item.itemId,
      recording_id: item.recordingId,
      source: item.source,
      notion: item.notion,
      score: item.score,
      propensity: item.propensity,
      ...evidenceIn(pool, item.recordingId),
    })),
  };
  return [{ orderingKey: listenerId, data: JSON.stringify(message) }];
}

/** Publishes them; what cannot be remembered is named in what is answered. */
export async function rememberAnswer<T extends Served & { readonly degraded: readonly string[] }>(
  deps: { readonly topics: Pick<Topics, 'publish'> },
  reading: Reading,
  answer: T,
  pool?: readonly Candidate[],
): Promise<T> {
  const messages = impressionsOf(answer, reading.now, pool);
  if (messages.length === 0) return answer;
  await reading.attempt('impressions', () => deps.topics.publish(TOPICS.impressions, messages), undefined);
  return { ...answer, degraded: [...new Set([...answer.degraded, ...reading.degraded])].sort() };
}
