/** GET /v1/search: tracks, artists, shows and episodes by name, in an order that knows who asks. */
import { createRoute } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import {
  FINDABLE_KINDS,
  type SearchAnswer,
  type SearchAnswerHit,
  SearchAnswerSchema,
  SearchQuerySchema,
} from '../../shared/api/search.ts';
import { type Principal, requireListener } from '../../shared/auth/principal.ts';
import { buildIdOf } from '../../shared/domain/build-id.ts';
import type { ControlKind, ControlsInForce } from '../../shared/domain/control.ts';
import { type SearchHit, type SearchOptions, search } from '../../shared/domain/search.ts';
import type { SearchDocument } from '../../shared/domain/search-documents.ts';
import type { SearchIndex } from '../../shared/domain/search-index.ts';
import { layAffinities } from '../../shared/domain/taste.ts';
import { roundScore } from '../../shared/serving/answer.ts';
import {
  type ListenerView,
  type Reading,
  readBuilds,
  readListener,
  startReading,
} from '../../shared/serving/reading.ts';
import { createSearchIndexes, type SearchIndexes } from '../../shared/serving/search-indexes.ts';
import type { ServeDeps } from './deps.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/search',
  summary: 'Find by name',
  security: BEARER,
  request: { query: SearchQuerySchema },
  responses: {
    200: {
      description: 'Hits of each kind, best first.',
      content: { 'application/json': { schema: SearchAnswerSchema } },
    },
    ...problemResponses(400, 401, 403, 503),
  },
});

/** Mounts the route. The first request after a build is published waits while the index is made. */
export function addSearchRoute(app: ApiApp, deps: ServeDeps): void {
  const indexes = createSearchIndexes(deps.snapshots);

  app.openapi(route, async (c) => {
    const { q, kinds = FINDABLE_KINDS, limit, listener } = c.req.valid('query');
    const listenerId = askedFor(c.get('principal'), listener);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const [index, view] = await Promise.all([
      newestIndex(deps, indexes, reading),
      listenerId === undefined ? undefined : readListener(deps, reading, listenerId),
    ]);
    const hits = index && search(index, q, { limit, kinds, ...personal(view) });
    const results: SearchAnswer['results'] = {};
    for (const kind of kinds)
      results[kind] = (hits?.get(kind) ?? []).map((hit) => writeHit(hit, view?.controls));
    c.header('cache-control', 'no-store');
    return c.json(
      {
        query: q,
        listenerId: listenerId ?? null,
        build: index === undefined ? null : buildIdOf(index.build),
        generatedAt: new Date(reading.now).toISOString(),
        results,
        degraded: [...reading.degraded].sort(),
      },
      200,
    );
  });
}

/** The listener whose token it is, or whom a service names; undefined for nobody. Throws Forbidden. */
function askedFor(principal: Principal, named: string | undefined): string | undefined {
  if (named !== undefined) requireListener(principal, named);
  return principal.kind === 'listener' ? principal.listenerId : named;
}

/** The index of the best build that has one; `catalogue` is degraded where that is not the build that serves. */
async function newestIndex(
  deps: ServeDeps,
  indexes: SearchIndexes,
  reading: Reading,
): Promise<SearchIndex | undefined> {
  for (const build of await readBuilds(deps, reading)) {
    const index = await reading.attempt('catalogue', () => indexes.of(build), undefined);
    if (index !== undefined) return index;
    reading.degraded.add('catalogue');
  }
  return undefined;
}

function personal(view: ListenerView | undefined): Pick<SearchOptions, 'affinity' | 'admits'> {
  if (view === undefined) return {};
  const { built, signals, controls, isKnown } = view;
  const artists = layAffinities(
    built?.taste?.artists ?? [],
    built?.taste?.asOf ?? signals.now,
    signals.artists,
    signals.now,
  );
  const best = artists[0]?.affinity ?? 1;
  return {
    affinity: new Map(artists.map(({ id, affinity }) => [id, affinity / best])),
    // Whose controls cannot be read may have the filter on.
    admits: (document) =>
      isKnown ? blocking(controls, document) !== 'explicit-filter' : document.item?.explicit !== true,
  };
}

function blocking(
  controls: ControlsInForce,
  { id, item, artistId }: SearchDocument,
): ControlKind | undefined {
  return controls.blocking({
    itemId: id,
    recordingId: item?.recordingId ?? id,
    artistId,
    explicit: item?.explicit ?? false,
  });
}

function writeHit(hit: SearchHit, controls: ControlsInForce | undefined): SearchAnswerHit {
  const { document, score, parts, fields, match } = hit;
  const { id, title, artist, artistId, album, item } = document;
  return {
    id,
    title,
    artist,
    artistId,
    album,
    recordingId: item?.recordingId ?? null,
    durationMs: item?.durationMs ?? null,
    explicit: item?.explicit ?? null,
    blocked: (controls && blocking(controls, document)) ?? null,
    fields: [...fields],
    match,
    score: roundScore(score),
    scoreParts: {
      text: roundScore(parts.text),
      popularity: roundScore(parts.popularity),
      affinity: roundScore(parts.affinity),
      exact: parts.exact,
    },
  };
}
