/** A listener's history under evaluation: at every cut a build over what was known before it, ranked against baselines. */
import { parseCandidates } from '../../shared/domain/candidate.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { parseTaste } from '../../shared/domain/taste.ts';
import {
  artistPopularityRanker,
  frequencyRanker,
  popularityRanker,
  type Ranker,
  randomRanker,
  recencyRanker,
} from '../../shared/evaluation/baselines.ts';
import { listenOf, splitTimeline, type Timeline } from '../../shared/evaluation/timeline.ts';
import type { JudgedCut } from '../../shared/evaluation/timeline-cuts.ts';
import { catalogueRow, listenRow } from '../../shared/schema/table-rows.ts';
import type { TableRow } from '../../shared/schema/tables.ts';
import type { Parameters } from '../../shared/sql/parameters.ts';
import { type Engine, withBuild } from './evaluate-pipeline.ts';

/** Familiar recordings that the ranker lists, so that a slice has enough to keep. */
const FAMILIAR = 500;

export interface ListenerHistory {
  readonly events: readonly ListeningEvent[];
  readonly items: readonly CatalogueItem[];
  readonly features: readonly TableRow[];
}

/**
 * A ranker made of a build over a timeline's train part: first what the listener comes back to, by the taste profile's
 * order, then the pool of what they never heard.
 */
async function pipelineRanker(
  engine: Engine,
  timeline: Timeline,
  train: readonly ListeningEvent[],
  catalogue: readonly CatalogueItem[],
  features: readonly TableRow[],
  parameters: Partial<Parameters>,
): Promise<Ranker> {
  const listens = train.map((event) => listenRow({ ...event, receivedAt: event.occurredAt }));
  const lists = await withBuild(
    engine,
    { listens, catalogue: catalogue.map(catalogueRow), features },
    {
      cutoff: timeline.cutAt,
      last: ['listener_pools', 'taste_profiles'],
      sql: false,
      parameters: { ...parameters, profile_size: FAMILIAR },
    },
    (space) =>
      space.query(`SELECT t.listener_id AS listener, t.taste AS taste, COALESCE(p.pool, '') AS pool
        FROM taste_profiles AS t LEFT JOIN listener_pools AS p ON p.listener_id = t.listener_id`),
  );
  const ranked = new Map(
    lists.map((row) => {
      const familiar = parseTaste(String(row.taste)).tracks.map(({ recording }) => recording);
      const unheard = parseCandidates(String(row.pool)).map(({ recordingId }) => recordingId);
      return [String(row.listener), [...familiar, ...unheard]];
    }),
  );
  return { name: 'segue', rank: (listenerId) => ranked.get(listenerId) ?? [] };
}

/** A history also describes what will be heard after the cut; knowing that it exists would be knowing the future. */
function knownBefore(
  { events, items }: ListenerHistory,
  train: readonly ListeningEvent[],
): readonly CatalogueItem[] {
  const histories = new Set(events.map(({ source }) => source));
  const heard = new Set(train.map(({ recordingId }) => recordingId));
  return items.filter(({ source, recordingId }) => !histories.has(source) || heard.has(recordingId));
}

/** Splits the history at an instant (epoch milliseconds), `testDays` of test after it, and ranks by build and baselines. */
export async function rankCut(
  engine: Engine,
  history: ListenerHistory,
  options: {
    readonly cutAt: number;
    readonly testDays: number;
    readonly seed: number;
    readonly parameters?: Partial<Parameters>;
  },
): Promise<JudgedCut> {
  const { cutAt, testDays, seed } = options;
  const listens = history.events.flatMap((event) => listenOf(event) ?? []);
  const timeline = splitTimeline(listens, { at: cutAt }, { testDays });
  const train = history.events.filter(({ occurredAt }) => occurredAt < cutAt);
  const catalogue = knownBefore(history, train);
  const artists = artistsOf(catalogue, train);
  const rankers = [
    await pipelineRanker(engine, timeline, train, catalogue, history.features, options.parameters ?? {}),
    popularityRanker(timeline, popularityOf(catalogue)),
    recencyRanker(timeline),
    frequencyRanker(timeline),
    artistPopularityRanker(timeline, artists),
    randomRanker(timeline, [...artists.keys()], seed),
  ];
  return { timeline, rankers, reachable: new Set(artists.keys()) };
}

/** What the catalogue says of recordings' popularity, the greatest of several descriptions. */
function popularityOf(catalogue: readonly CatalogueItem[]): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const { recordingId, popularity } of catalogue)
    if (popularity !== null) known.set(recordingId, Math.max(popularity, known.get(recordingId) ?? 0));
  return known;
}

/** The artist, null where nobody knows, of each music recording known before the cut. */
function artistsOf(
  catalogue: readonly CatalogueItem[],
  train: readonly ListeningEvent[],
): ReadonlyMap<string, string | null> {
  const artists = new Map<string, string | null>(
    train.map(({ recordingId, artistId }) => [recordingId, artistId]),
  );
  for (const { recordingId, artistId, kind } of catalogue)
    if (kind !== 'episode') artists.set(recordingId, artistId ?? artists.get(recordingId) ?? null);
    else artists.delete(recordingId);
  return artists;
}

/** Artists and genres of recordings: of how many descriptions there are, the last that says so. */
export function knowledgeOf({ events, items }: ListenerHistory) {
  const artists = new Map<string, string | null>();
  const genres = new Map<string, readonly string[]>();
  for (const { recordingId, artistId } of [...events, ...items])
    if (artistId !== null) artists.set(recordingId, artistId);
  for (const item of items) if (item.genres.length > 0) genres.set(item.recordingId, item.genres);
  return {
    artistOf: (recordingId: string) => artists.get(recordingId) ?? null,
    genresOf: (recordingId: string) => genres.get(recordingId) ?? [],
  };
}
