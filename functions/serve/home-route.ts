/** GET /v1/listeners/{id}/home: shelves of music and podcasts, ranked for the moment. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { type Home, HomeQuerySchema, HomeSchema } from '../../shared/api/home.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import { buildIdOf } from '../../shared/domain/build-id.ts';
import { contextAt, HOME_WEIGHTS, kindValues } from '../../shared/domain/home-context.ts';
import { rankShelves, type ShelfId } from '../../shared/domain/home-shelves.ts';
import { isoWeek } from '../../shared/domain/iso-week.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { rememberAnswer, roundScore } from '../../shared/serving/answer.ts';
import {
  describeTile,
  fillShelves,
  listensForHome,
  readSnapshot,
  recentEvents,
} from '../../shared/serving/home.ts';
import { readListener, startReading } from '../../shared/serving/reading.ts';
import type { ServeDeps } from './deps.ts';

const TITLES: Readonly<Record<ShelfId, string>> = {
  'made-for-you': 'Made for you',
  'jump-back-in': 'Jump back in',
  'new-releases': 'New releases',
  discover: 'Discover',
  'because-you-listened': 'Because you listened to',
  'forgotten-favourites': 'Forgotten favourites',
  podcasts: 'Your podcasts',
};

const route = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/home',
  summary: 'Shelves of music and podcasts for this moment',
  security: BEARER,
  request: { params: z.object({ id: Id }), query: HomeQuerySchema },
  responses: {
    200: { description: 'Shelves in order.', content: { 'application/json': { schema: HomeSchema } } },
    ...problemResponses(400, 401, 403, 503),
  },
});

export function addHomeRoute(app: ApiApp, deps: ServeDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { items: perShelf, hour, weekday, device } = c.req.valid('query');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const context = contextAt(reading.now, {
      ...(hour !== undefined && { hour }),
      ...(weekday !== undefined && { weekday }),
      ...(device !== undefined && { device }),
    });
    const view = await readListener(deps, reading, id);
    const [events, snapshot] = await Promise.all([
      recentEvents(deps, reading, id, view.erasedAt),
      readSnapshot(deps, reading, view.build),
    ]);
    const week = isoWeek(reading.now);
    const filled = await fillShelves(deps, reading, view, {
      listenerId: id,
      week,
      weights: deps.weights,
      events,
      snapshot,
    });
    const listens = listensForHome(events, view, snapshot, context.offsetMs);
    const ranked = rankShelves(filled, kindValues(listens, context), perShelf);
    const asked = ranked.flatMap((shelf) => [
      ...shelf.items.map(({ itemId }) => itemId),
      ...shelf.items.flatMap(({ seeds }) => seeds),
    ]);
    const known = await reading.attempt(
      'catalogue',
      () => deps.catalogue.get(asked),
      new Map<string, CatalogueItem>(),
    );
    const impressionId = deps.newId();
    const shelves = ranked.map(({ id: shelf, items, score, parts }, place) => ({
      id: shelf,
      title: titleOf(shelf, items[0]?.seeds[0], known),
      score: roundScore(score),
      scoreParts: {
        stream: roundScore(parts.stream),
        reward: roundScore(parts.reward),
        variety: roundScore(parts.variety),
      },
      items: items.map((tile, at) => {
        const { explicit: _, seeds, score: own, ...rest } = describeTile(tile, known);
        const position = 100 * place + at;
        return { ...rest, seeds: [...seeds], score: roundScore(own), position, propensity: 1, impressionId };
      }),
    }));
    const build = view.build === undefined ? null : buildIdOf(view.build);
    const served = shelves.flatMap(({ id: shelf, items }) =>
      items.map((item) => ({
        ...item,
        source: `${shelf}:${item.source}`,
        notion: item.notion ?? 'familiar',
      })),
    );
    const { degraded } = await rememberAnswer(deps, reading, {
      ...{ surface: 'home', listenerId: id, build, impressionId },
      items: served,
      degraded: [...reading.degraded],
    });
    const body: Home = {
      surface: 'home',
      listenerId: id,
      build,
      ranking: `${deps.weights.version} ${HOME_WEIGHTS.version}`,
      impressionId,
      generatedAt: new Date(reading.now).toISOString(),
      context: { hour: context.hour, weekday: context.weekday, device: context.device },
      shelves,
      degraded: [...degraded].sort(),
    };
    c.header('cache-control', 'no-store');
    return c.json(body, 200);
  });

  function titleOf(
    shelf: ShelfId,
    seed: string | undefined,
    known: ReadonlyMap<string, CatalogueItem>,
  ): string {
    const item = seed === undefined ? undefined : known.get(seed);
    const named = item?.title ?? item?.artist;
    return shelf === 'because-you-listened' && named != null ? `${TITLES[shelf]} ${named}` : TITLES[shelf];
  }
}
