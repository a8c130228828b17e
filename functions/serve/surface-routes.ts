/** The surfaces: one listener's Discover Weekly, what to play next, and what is like a track. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Answer, AnswerSchema } from '../../shared/api/answer.ts';
import { type ApiApp, type ApiEnv, authenticated } from '../../shared/api/app.ts';
import { Id } from '../../shared/api/ids.ts';
import { JSPF_TYPE, JspfSchema, toJspf } from '../../shared/api/jspf.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import type { Candidate } from '../../shared/domain/candidate.ts';
import { ControlsInForce } from '../../shared/domain/control.ts';
import { mergeCandidates } from '../../shared/domain/ranking.ts';
import { foldSignals } from '../../shared/domain/signals.ts';
import { NotFound } from '../../shared/errors.ts';
import { writeAnswer } from './answer.ts';
import { candidatesFor, popular, relatedTo } from './candidates.ts';
import type { ServeDeps } from './handler.ts';
import { type ListenerView, type Reading, readBuilds, readListener, startReading } from './reading.ts';
import { choose, type Request } from './recommend.ts';

export const DISCOVER_WEEKLY_SIZE = 30;

const answers = {
  200: {
    description: 'Items in order, each with its reasons.',
    content: { 'application/json': { schema: AnswerSchema }, [JSPF_TYPE]: { schema: JspfSchema } },
  },
  ...problemResponses(400, 401, 403, 404, 503),
};

const ListenerPath = z.object({ id: Id });
const Count = (otherwise: number) =>
  z.coerce.number().int().min(1).max(100).default(otherwise).describe('How many items, 1 to 100.');

const discoverWeekly = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/discover-weekly',
  summary: 'Music this listener has never heard',
  security: BEARER,
  middleware: [authenticated] as const,
  request: { params: ListenerPath },
  responses: answers,
});

const next = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/next',
  summary: 'What to play after a track',
  security: BEARER,
  middleware: [authenticated] as const,
  request: {
    params: ListenerPath,
    query: z.object({ seed: Id.optional().describe('Item that is playing.'), limit: Count(10) }),
  },
  responses: answers,
});

const similar = createRoute({
  method: 'get',
  path: '/v1/tracks/{id}/similar',
  summary: 'What goes with a track',
  security: BEARER,
  middleware: [authenticated] as const,
  request: { params: z.object({ id: Id }), query: z.object({ limit: Count(20) }) },
  responses: answers,
});

const NOBODY: Omit<ListenerView, 'builds'> = {
  built: undefined,
  signals: foldSignals([], { now: 0, describe: () => undefined }),
  controls: new ControlsInForce([], 0),
  row: { built: undefined, live: [], controls: [], damaged: [] },
};

/** JSON, or JSPF where the client asks for it. */
function send(c: Context<ApiEnv>, answer: Answer, title: string) {
  c.header('cache-control', 'no-store');
  c.header('vary', 'accept');
  if (c.req.header('accept')?.includes(JSPF_TYPE))
    return c.json(toJspf(answer, title), 200, { 'content-type': JSPF_TYPE });
  return c.json(answer, 200);
}

export function addSurfaceRoutes(app: ApiApp, deps: ServeDeps): void {
  const { weights } = deps;

  const describer = async (view: ListenerView, reading: Reading): Promise<Request['describe']> => {
    const recent = view.signals.recent.map(({ itemId }) => itemId);
    const items = await reading.attempt('catalogue', () => deps.catalogue.get(recent), new Map());
    return (itemId) => items.get(itemId);
  };

  app.openapi(discoverWeekly, async (c) => {
    const { id } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const view = await readListener(deps, reading, id);
    const { basis, candidates } = await candidatesFor(deps, reading, view, weights);
    const request: Request = {
      count: DISCOVER_WEEKLY_SIZE,
      perArtist: 1,
      freshness: 'unheard',
      describe: await describer(view, reading),
    };
    let choices = choose(candidates, view, weights, request);
    if (choices.length < DISCOVER_WEEKLY_SIZE && basis === 'build') {
      const wider = [...candidates, ...(await popular(deps, reading, view.builds))];
      choices = choose(mergeCandidates(wider), view, weights, request);
    }
    const answer = await writeAnswer(
      deps,
      reading,
      {
        surface: 'discover-weekly',
        listenerId: id,
        basis,
        build: view.built?.build ?? view.builds[0],
        impressionId: deps.newId(),
        rankingVersion: weights.version,
      },
      choices,
    );
    return send(c, answer, 'Discover Weekly');
  });

  app.openapi(next, async (c) => {
    const { id } = c.req.valid('param');
    const { seed, limit } = c.req.valid('query');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const view = await readListener(deps, reading, id);
    const around = seed === undefined ? undefined : await relatedTo(deps, reading, seed, view.builds);
    if (seed !== undefined && around === undefined && reading.degraded.size === 0) throw unknownItem(seed);
    const own = await candidatesFor(deps, reading, view, weights);
    // What goes with the seed leads; the listener's own pool fills up and breaks ties.
    const led = (around ?? []).map(
      (candidate): Candidate => ({ ...candidate, score: candidate.score + 1000 }),
    );
    const candidates = mergeCandidates([...led, ...own.candidates]).filter(({ itemId }) => itemId !== seed);
    const choices = choose(candidates, view, weights, {
      count: limit,
      perArtist: 3,
      freshness: 'not-lately',
      describe: await describer(view, reading),
    });
    const answer = await writeAnswer(
      deps,
      reading,
      {
        surface: 'next',
        listenerId: id,
        basis: led.length > 0 ? 'item' : own.basis,
        build: view.built?.build ?? view.builds[0],
        impressionId: deps.newId(),
        rankingVersion: weights.version,
      },
      choices,
    );
    return send(c, answer, 'Up next');
  });

  app.openapi(similar, async (c) => {
    const { id } = c.req.valid('param');
    const { limit } = c.req.valid('query');
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const builds = await readBuilds(deps, reading);
    const related = await relatedTo(deps, reading, id, builds);
    if (related === undefined && reading.degraded.size === 0) throw unknownItem(id);
    const view: ListenerView = { ...NOBODY, builds };
    const choices = choose(related ?? [], view, weights, {
      count: limit,
      perArtist: 5,
      freshness: 'not-lately',
      describe: () => undefined,
    });
    const answer = await writeAnswer(
      deps,
      reading,
      {
        surface: 'similar',
        listenerId: null,
        basis: 'item',
        build: builds[0],
        impressionId: deps.newId(),
        rankingVersion: weights.version,
      },
      choices,
    );
    return send(c, answer, 'Similar');
  });
}

function unknownItem(itemId: string): NotFound {
  return new NotFound(`No build knows the item ${JSON.stringify(itemId)}.`);
}
