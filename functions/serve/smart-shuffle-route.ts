/** POST /v1/smart-shuffle: the listener's own playlist shuffled, with recommendations where they fit. */
import { createRoute } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { limitBody } from '../../shared/api/body.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import {
  type OwnItem,
  type SmartShuffle,
  SmartShuffleRequestSchema,
  SmartShuffleSchema,
} from '../../shared/api/smart-shuffle.ts';
import { actedFor } from '../../shared/auth/principal.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { SHUFFLE_WEIGHTS, type ShuffledTrack, smartShuffle } from '../../shared/domain/smart-shuffle.ts';
import { createRandom } from '../../shared/random.ts';
import { writeAnswer } from '../../shared/serving/answer.ts';
import { readListener, startReading } from '../../shared/serving/reading.ts';
import type { Choice } from '../../shared/serving/recommend.ts';
import { distinctTracks, ownTracks, shuffleCandidates } from '../../shared/serving/shuffle-tracks.ts';
import type { ServeDeps } from './deps.ts';

/** Ten thousand ids of 128 characters. */
const MAX_BYTES = 2 * 1_048_576;

const route = createRoute({
  method: 'post',
  path: '/v1/smart-shuffle',
  summary: 'A playlist shuffled, with recommendations among its tracks',
  security: BEARER,
  middleware: [limitBody(MAX_BYTES)] as const,
  request: {
    body: { content: { 'application/json': { schema: SmartShuffleRequestSchema } }, required: true },
  },
  responses: {
    200: {
      description: 'The playlist in its new order.',
      content: { 'application/json': { schema: SmartShuffleSchema } },
    },
    ...problemResponses(400, 401, 403, 413, 415, 503),
  },
});

export function addSmartShuffleRoute(app: ApiApp, deps: ServeDeps): void {
  app.openapi(route, async (c) => {
    const request = c.req.valid('json');
    const listenerId = actedFor(c.get('principal'), request.listenerId);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const impressionId = deps.newId();
    const seed = request.seed ?? impressionId;
    const view = await readListener(deps, reading, listenerId);
    const items: ReadonlyMap<string, CatalogueItem> = await reading.attempt(
      'catalogue',
      () => deps.catalogue.get(request.tracks),
      new Map<string, CatalogueItem>(),
    );
    const { kept, repeated } = distinctTracks(request.tracks, items);
    const tracks = ownTracks(kept, items, view);
    const draws = createRandom(0, `smart-shuffle ${seed}`);
    const wanted = request.recommendations && tracks.length >= SHUFFLE_WEIGHTS.fewest && view.isKnown;
    const found = wanted ? await shuffleCandidates(deps, reading, view, tracks, items, draws.next) : [];
    const shuffled = smartShuffle(
      tracks,
      found.map(({ sound }) => sound),
      draws.next,
    );
    const choices = shuffled.flatMap(({ recommended, index, score, parts }, position): Choice[] => {
      const entry = recommended ? found[index] : undefined;
      return entry === undefined
        ? []
        : [{ candidate: entry.candidate, notion: entry.notion, score, parts, position }];
    });
    const context = {
      surface: 'smart-shuffle',
      listenerId,
      basis: 'item',
      build: view.build,
      taste: view.built?.taste,
      impressionId,
      rankingVersion: SHUFFLE_WEIGHTS.version,
    } as const;
    const answer = await writeAnswer(deps, reading, context, choices);
    const recommended = new Map(answer.items.map((item) => [item.position, item]));
    const own = (track: ShuffledTrack | undefined) =>
      track === undefined ? undefined : tracks[track.index]?.itemId;
    const body: SmartShuffle = {
      surface: 'smart-shuffle',
      listenerId,
      seed,
      shuffle: SHUFFLE_WEIGHTS.version,
      build: answer.build,
      impressionId,
      generatedAt: answer.generatedAt,
      items: shuffled.map((track, position) => {
        const item = recommended.get(position);
        if (item === undefined) return writeOwn(own(track) ?? '', position, items);
        const between = {
          after: own(shuffled[position - 1]) ?? '',
          before: own(shuffled[position + 1]) ?? null,
        };
        return { ...item, kind: 'recommended' as const, between };
      }),
      repeated,
      unknown: kept.filter((itemId) => !items.has(itemId)),
      degraded: answer.degraded,
    };
    c.header('cache-control', 'no-store');
    return c.json(body, 200);
  });
}

function writeOwn(itemId: string, position: number, items: ReadonlyMap<string, CatalogueItem>): OwnItem {
  const item = items.get(itemId);
  return {
    kind: 'own',
    position,
    itemId,
    title: item?.title ?? null,
    artist: item?.artist ?? null,
    artistId: item?.artistId ?? null,
    durationMs: item?.durationMs ?? null,
    tempo: item?.tempo ?? null,
    energy: item?.energy ?? null,
  };
}
