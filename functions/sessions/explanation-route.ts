/** Why a track was served: read from what was written down when it was, never made up afterwards. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Answer } from '../../shared/api/answer.ts';
import type { ApiApp } from '../../shared/api/app.ts';
import { type Explanation, ExplanationQuerySchema, ExplanationSchema } from '../../shared/api/explanation.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import type { SessionAnswer } from '../../shared/api/session.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import type { CatalogueItem } from '../../shared/domain/item.ts';
import { RANKING_WEIGHTS } from '../../shared/domain/ranking.ts';
import type { SessionState } from '../../shared/domain/steered-session.ts';
import { NotFound } from '../../shared/errors.ts';
import { createWeeklyPlaylists, type StoredWeek } from '../../shared/rows/weekly-playlists.ts';
import { describeAnswer } from '../../shared/serving/answer.ts';
import {
  type ListenerView,
  type Reading,
  type ReadingDeps,
  readListener,
  startReading,
} from '../../shared/serving/reading.ts';
import { type Choice, notionOf } from '../../shared/serving/recommend.ts';
import { choiceOf } from '../../shared/serving/weekly.ts';
import type { SessionDeps } from './deps.ts';
import { briefOf } from './turn-answer.ts';
import { findSession } from './writing.ts';

/** Weeks that are looked through where no session is named. */
const MOST_WEEKS = 8;
const NOWHERE = { sessionId: null, turn: null, week: null, at: null, position: null, impressionId: null };

/** The path below, for middleware. */
export const EXPLANATION_PATH = '/v1/listeners/:id/explanation';

type Deps = ReadingDeps & Pick<SessionDeps, 'documents' | 'clock' | 'newId'>;
type Item = Answer['items'][number] | SessionAnswer['items'][number];
type Found = Omit<Explanation, 'listenerId' | 'blocked' | 'degraded'>;

const route = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/explanation',
  summary: 'Why a track was served',
  security: BEARER,
  request: { params: z.object({ id: Id }), query: ExplanationQuerySchema },
  responses: {
    200: {
      description: 'Everything that spoke for it.',
      content: { 'application/json': { schema: ExplanationSchema } },
    },
    ...problemResponses(400, 401, 403, 404, 429, 503),
  },
});

/** Adds the route; the app authenticates EXPLANATION_PATH. Asking counts as no impression. */
export function addExplanationRoute(app: ApiApp, deps: Deps): void {
  app.openapi(route, async (c) => {
    const { id: listenerId } = c.req.valid('param');
    const { itemId, sessionId } = c.req.valid('query');
    requireListener(c.get('principal'), listenerId);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const view = await readListener(deps, reading, listenerId);
    const found =
      sessionId === undefined
        ? ((await servedInWeek(deps, reading, view, listenerId, itemId)) ??
          (await inPool(deps, reading, view, listenerId, itemId)))
        : await servedInSession(deps, reading, await findSession(deps, { listenerId, sessionId }), itemId);
    if (found === undefined) throw new NotFound(whereNot(itemId, sessionId));
    const { recordingId, artistId } = found;
    const described = await reading.attempt('catalogue', () => deps.catalogue.get([itemId]), new Map());
    const explicit = described.get(itemId)?.explicit ?? false;
    c.header('cache-control', 'no-store');
    return c.json(
      {
        listenerId,
        ...found,
        blocked: view.controls.blocking({ itemId, recordingId, artistId, explicit }) ?? null,
        degraded: [...reading.degraded].sort(),
      },
      200,
    );
  });
}

function whereNot(itemId: string, sessionId: string | undefined): string {
  const item = JSON.stringify(itemId);
  return sessionId === undefined
    ? `No Discover Weekly of the last ${MOST_WEEKS} weeks and no proposal of the build has the item ${item}; a session explains what it served where it is named.`
    : `The session did not serve the item ${item}, or no longer remembers that it did.`;
}

/** What the session's kept answers say of the item; where they are gone, what its history does. */
async function servedInSession(
  { catalogue }: Deps,
  reading: Reading,
  state: SessionState,
  itemId: string,
): Promise<Found | undefined> {
  const turn = state.history.findLast(({ served }) => served.some((track) => track.itemId === itemId));
  const position = turn?.served.findIndex((track) => track.itemId === itemId) ?? -1;
  const served = turn?.served[position];
  if (turn === undefined || served === undefined) return undefined;
  const kept = state.answers.find((answer) => answer.turn === turn.turn);
  const answer = kept === undefined ? undefined : (JSON.parse(kept.json) as SessionAnswer);
  const item = answer?.items.find((one) => one.itemId === itemId);
  const place = {
    ...NOWHERE,
    surface: 'session' as const,
    sessionId: state.id,
    turn: turn.turn,
    at: new Date(turn.at).toISOString(),
    position: item?.position ?? position,
    impressionId: item?.impressionId ?? null,
    build: answer?.build ?? null,
  };
  const constraints = {
    prompt: state.prompt,
    brief: answer?.brief ?? briefOf(state.brief),
    steered: state.history.flatMap(({ turn: number, steer }) =>
      steer === null || number > turn.turn ? [] : [{ turn: number, steer }],
    ),
    gaveWay: served.reasons.flatMap(({ reason, value }) => (reason === 'gave_way' ? [String(value)] : [])),
    unmet: answer?.unmet ?? [],
  };
  const reasons = [...served.reasons];
  if (item !== undefined) return { ...evidenceOf(item), served: place, reasons, constraints };
  const items: ReadonlyMap<string, CatalogueItem> = await reading.attempt(
    'catalogue',
    () => catalogue.get([itemId]),
    new Map(),
  );
  const described = items.get(itemId);
  return {
    itemId,
    recordingId: served.recordingId,
    title: described?.title ?? null,
    artist: described?.artist ?? null,
    artistId: served.artistId,
    album: described?.album ?? null,
    served: place,
    isWhole: false,
    source: null,
    sources: [],
    seedTracks: [],
    seedArtists: [],
    notion: null,
    score: null,
    scoreParts: { ...served.parts },
    reasons,
    constraints,
  };
}

async function servedInWeek(
  deps: Deps,
  reading: Reading,
  { erasedAt }: ListenerView,
  listenerId: string,
  itemId: string,
): Promise<Found | undefined> {
  const find = async () => {
    for (const week of (await createWeeklyPlaylists(deps.rows).all(listenerId, erasedAt)).slice(
      0,
      MOST_WEEKS,
    )) {
      const all = [...week.tracks, ...week.reserves];
      const position = all.findIndex((track) => track.itemId === itemId);
      const track = all[position];
      if (track !== undefined)
        return {
          week,
          // A reserve takes the place of a track that was heard or ruled out meanwhile.
          position: position < week.tracks.length ? position : null,
          choice: choiceOf(track, undefined),
        };
    }
    return undefined;
  };
  const found = await reading.attempt<
    { week: StoredWeek; position: number | null; choice: Choice } | undefined
  >('weekly', find, undefined);
  if (found === undefined) return undefined;
  const { week, position, choice } = found;
  const build = week.build === 0 ? undefined : week.build;
  const { item, answer } = await look(deps, reading, choice, { listenerId, build, version: week.version });
  const at = new Date(week.createdAt).toISOString();
  const place = { ...NOWHERE, surface: 'discover-weekly' as const, week: week.week, at, position };
  return {
    ...evidenceOf(item),
    served: { ...place, build: answer.build },
    reasons: [],
    constraints: null,
  };
}

async function inPool(
  deps: Deps,
  reading: Reading,
  view: ListenerView,
  listenerId: string,
  itemId: string,
): Promise<Found | undefined> {
  const candidate = view.built?.candidates.find((one) => one.itemId === itemId);
  if (candidate === undefined) return undefined;
  const { score } = candidate;
  const choice = { candidate, score, parts: { evidence: score }, notion: notionOf(view, candidate) };
  const context = { listenerId, build: view.build, version: RANKING_WEIGHTS.version, view };
  const { item, answer } = await look(deps, reading, choice, context);
  const place = { ...NOWHERE, surface: 'pool' as const, build: answer.build };
  return { ...evidenceOf(item), served: place, reasons: [], constraints: null };
}

/** A choice put into words as surfaces do it, without counting as served. */
async function look(
  deps: Deps,
  reading: Reading,
  choice: Choice,
  context: { listenerId: string; build: number | undefined; version: string; view?: ListenerView },
): Promise<{ item: Item; answer: Answer }> {
  const { listenerId, build, version, view } = context;
  const answer = await describeAnswer(
    deps,
    reading,
    {
      surface: 'explanation',
      ...{ listenerId, build, basis: 'build', rankingVersion: version },
      impressionId: deps.newId(),
      taste: view?.built?.taste,
    },
    [choice],
  );
  const [item] = answer.items;
  if (item === undefined) throw new Error('One choice was written as no item.');
  return { item, answer };
}

function evidenceOf(item: Item): Omit<Found, 'served' | 'reasons' | 'constraints'> {
  const { itemId, recordingId, title, artist, artistId, album } = item;
  const { source, sources, seedTracks, seedArtists, notion, score, scoreParts } = item;
  return {
    ...{ itemId, recordingId, title, artist, artistId, album, isWhole: true },
    ...{ source, sources, seedTracks, seedArtists, notion, score, scoreParts },
  };
}
