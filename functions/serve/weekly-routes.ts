/** Discover Weekly: this week's playlist, the earlier ones with what came of them, and a new one on request. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiApp, ApiEnv } from '../../shared/api/app.ts';
import { Id } from '../../shared/api/ids.ts';
import { JSPF_TYPE, jspfSchema } from '../../shared/api/jspf.ts';
import { answered } from '../../shared/api/on-demand.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { sendPlaylist } from '../../shared/api/send-playlist.ts';
import { type Weekly, WeekSchema, weeklySchema, weeksSchema } from '../../shared/api/weekly.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import { isoWeek, weekStart } from '../../shared/domain/iso-week.ts';
import { DAY_MS } from '../../shared/domain/time.ts';
import { readWeekly, WEEKLY_WEIGHTS } from '../../shared/domain/weekly.ts';
import { InvalidInput, NotFound } from '../../shared/errors.ts';
import { createRandom } from '../../shared/random.ts';
import { decodeLiveEvents } from '../../shared/rows/live-events.ts';
import { createWeeklyPlaylists, type StoredWeek } from '../../shared/rows/weekly-playlists.ts';
import { listenerKey, ROW_TABLES } from '../../shared/schema/rows.ts';
import { describeAnswer, writeAnswer } from '../../shared/serving/answer.ts';
import type { Basis } from '../../shared/serving/candidates.ts';
import { type ListenerView, type Reading, readListener, startReading } from '../../shared/serving/reading.ts';
import { hasHeard } from '../../shared/serving/recommend.ts';
import { choiceOf, makeWeek, outcomesOf } from '../../shared/serving/weekly.ts';
import type { PlayingDeps } from './deps.ts';

/** How long rows keep what was played; older weeks have no outcomes any more. */
const OUTCOME_DAYS = 30;

const ListenerPath = z.object({ id: Id });
const playlist = {
  200: {
    description: 'The playlist in order, each track with its reasons.',
    content: { 'application/json': answered(weeklySchema), [JSPF_TYPE]: answered(jspfSchema) },
  },
  ...problemResponses(400, 401, 403, 404, 503),
};

const read = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/discover-weekly',
  summary: 'Music this listener has never heard, the same all week',
  security: BEARER,
  request: {
    params: ListenerPath,
    query: z.object({
      week: WeekSchema.optional().describe('An ISO week in UTC; this one where none is named.'),
    }),
  },
  responses: playlist,
});

const remake = createRoute({
  method: 'post',
  path: '/v1/listeners/{id}/discover-weekly',
  summary: 'Make this week’s playlist anew',
  security: BEARER,
  request: { params: ListenerPath },
  responses: playlist,
});

const list = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/discover-weekly/weeks',
  summary: 'Weeks of which there is a playlist',
  security: BEARER,
  request: { params: ListenerPath },
  responses: {
    200: { description: 'The weeks.', content: { 'application/json': answered(weeksSchema) } },
    ...problemResponses(400, 401, 403, 503),
  },
});

export function addWeeklyRoutes(app: ApiApp, deps: PlayingDeps): void {
  const playlists = createWeeklyPlaylists(deps.rows);
  const erasedAt = async (id: string) => (await deps.erasures.erasedAt([id])).get(id);

  /** Seeded, so that a week which could not be kept is the same one when it is made again. */
  async function make(reading: Reading, view: ListenerView, id: string, week: string) {
    const random = createRandom(0, `weekly ${week}`).next;
    const chance = createRandom(0, `weekly ${week} of ${id}`).next;
    return makeWeek(deps, reading, view, { week, weights: deps.weights, random, chance });
  }

  /** This week's as it is kept, or made and kept now; one that rests on nothing of the listener's own is not kept. */
  async function thisWeek(reading: Reading, view: ListenerView, id: string, week: string) {
    const stored = await reading.attempt('weekly', () => playlists.read(id, week, view.erasedAt), undefined);
    if (stored !== undefined) return { basis: 'build' as Basis, made: stored, kept: true };
    const { basis, made } = await make(reading, view, id, week);
    if (basis !== 'build' || made.tracks.length === 0 || reading.degraded.size > 0)
      return { basis, made, kept: false };
    const kept = await reading.attempt('weekly', () => playlists.keep(id, made), undefined);
    return { basis, made: kept ?? made, kept: kept !== undefined };
  }

  async function answerWith(
    c: Context<ApiEnv>,
    reading: Reading,
    view: ListenerView,
    id: string,
    { basis, made, kept }: { basis: Basis; made: StoredWeek; kept: boolean },
  ) {
    const { tracks, replaced } = readWeekly(made, (track) =>
      hasHeard(view, track) ? 'heard' : view.controls.blocking(track),
    );
    const answer = await writeAnswer(
      deps,
      reading,
      { ...contextOf(id, basis, made), taste: view.built?.taste, pool: view.built?.candidates },
      // A row that could not be read tells nothing of what was heard or ruled out.
      view.isKnown ? tracks.map((track) => choiceOf(track, view)) : [],
    );
    const madeAt = kept ? new Date(made.createdAt).toISOString() : null;
    const body: Weekly = {
      ...answer,
      week: made.week,
      madeAt,
      replaced: view.isKnown ? [...replaced] : [],
      outcomes: null,
    };
    return sendPlaylist(c, body, `Discover Weekly ${made.week}`);
  }

  function contextOf(listenerId: string, basis: Basis, made: StoredWeek) {
    return {
      surface: 'discover-weekly',
      listenerId,
      basis,
      build: made.build === 0 ? undefined : made.build,
      impressionId: deps.newId(),
      rankingVersion: `${deps.weights.version} ${WEEKLY_WEIGHTS.version}`,
    };
  }

  async function outcomes(reading: Reading, id: string, made: StoredWeek) {
    if (reading.now - made.createdAt > OUTCOME_DAYS * DAY_MS) return null;
    const filter = [{ family: ROW_TABLES.listeners.live, from: made.createdAt }];
    const row = await deps.rows.read('listeners', listenerKey(id), filter);
    return outcomesOf(made, decodeLiveEvents(id, row?.cells ?? []).events);
  }

  app.openapi(read, async (c) => {
    const { id } = c.req.valid('param');
    const { week } = c.req.valid('query');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const current = isoWeek(reading.now);
    if (week !== undefined && weekStart(week) === undefined)
      throw new InvalidInput([{ pointer: '/query/week', detail: 'is no week of that year' }]);
    if (week === undefined || week === current) {
      const view = await readListener(deps, reading, id);
      return answerWith(c, reading, view, id, await thisWeek(reading, view, id, current));
    }
    const made = await playlists.read(id, week, await erasedAt(id));
    if (made === undefined) throw new NotFound(`There is no playlist of ${week}.`);
    const answer = await describeAnswer(
      deps,
      reading,
      contextOf(id, 'build', made),
      made.tracks.map((track) => choiceOf(track, undefined)),
    );
    const body: Weekly = {
      ...answer,
      week,
      madeAt: new Date(made.createdAt).toISOString(),
      replaced: [],
      outcomes: (await reading.attempt('signals', () => outcomes(reading, id, made), null)) ?? null,
      degraded: [...reading.degraded].sort(),
    };
    return sendPlaylist(c, body, `Discover Weekly ${week}`);
  });

  app.openapi(remake, async (c) => {
    const { id } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const view = await readListener(deps, reading, id);
    const { basis, made } = await make(reading, view, id, isoWeek(reading.now));
    const kept = basis === 'build' && made.tracks.length > 0 && reading.degraded.size === 0;
    // Asked for, so that it fails where it cannot be kept, unlike a read.
    if (kept) await playlists.replace(id, made);
    return answerWith(c, reading, view, id, { basis, made, kept });
  });

  app.openapi(list, async (c) => {
    const { id } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    c.header('cache-control', 'no-store');
    return c.json(
      { listenerId: id, weeks: (await playlists.all(id, await erasedAt(id))).map(({ week }) => week) },
      200,
    );
  });
}
