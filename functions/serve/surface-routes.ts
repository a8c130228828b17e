/** What to play next, and what is like a track. */
import { createRoute, z } from '@hono/zod-openapi';
import { answerSchema } from '../../shared/api/answer.ts';
import type { ApiApp } from '../../shared/api/app.ts';
import { Id } from '../../shared/api/ids.ts';
import { JSPF_TYPE, jspfSchema } from '../../shared/api/jspf.ts';
import { answered } from '../../shared/api/on-demand.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { sendPlaylist } from '../../shared/api/send-playlist.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import type { Candidate } from '../../shared/domain/candidate.ts';
import { ControlsInForce } from '../../shared/domain/control.ts';
import { mergeCandidates } from '../../shared/domain/ranking.ts';
import { foldSignals } from '../../shared/domain/signals.ts';
import { NotFound } from '../../shared/errors.ts';
import { createRandom } from '../../shared/random.ts';
import { writeAnswer } from '../../shared/serving/answer.ts';
import { candidatesFor, relatedTo } from '../../shared/serving/candidates.ts';
import {
  type ListenerView,
  NOBODY,
  type Reading,
  readBuilds,
  readListener,
  startReading,
} from '../../shared/serving/reading.ts';
import { choose } from '../../shared/serving/recommend.ts';
import { nextInSession, runningSession } from '../../shared/serving/running-session.ts';
import { soundsOfRecent } from '../../shared/serving/sounds.ts';
import type { PlayingDeps } from './deps.ts';

const answers = {
  200: {
    description: 'Items in order, each with its reasons.',
    content: { 'application/json': answered(answerSchema), [JSPF_TYPE]: answered(jspfSchema) },
  },
  ...problemResponses(400, 401, 403, 404, 503),
};

const ListenerPath = z.object({ id: Id });
const Count = (otherwise: number) =>
  z.coerce.number().int().min(1).max(100).default(otherwise).describe('How many items, 1 to 100.');

const next = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/next',
  summary: 'What to play after a track',
  security: BEARER,
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
  request: { params: z.object({ id: Id }), query: z.object({ limit: Count(20) }) },
  responses: answers,
});

/** Whom an answer about an item is for. */
const ANYBODY: Omit<ListenerView, 'build'> = {
  isKnown: true,
  built: undefined,
  signals: foldSignals([], { now: 0, describe: () => undefined }),
  lately: new Map(),
  controls: new ControlsInForce([], 0),
  row: NOBODY,
  erasedAt: undefined,
};

export function addSurfaceRoutes(app: ApiApp, deps: PlayingDeps): void {
  const { weights } = deps;

  /** What goes with an item, of the best build that knows it. */
  const findRelated = async (itemId: string, reading: Reading) => {
    const builds = await readBuilds(deps, reading);
    for (const build of builds) {
      const related = await relatedTo(deps, reading, itemId, build);
      if (related !== undefined) return { build, related };
    }
    return { build: builds[0], related: undefined };
  };

  const recordingOf = async (itemId: string, reading: Reading): Promise<string> => {
    const items = await reading.attempt('catalogue', () => deps.catalogue.get([itemId]), new Map());
    return items.get(itemId)?.recordingId ?? itemId;
  };

  app.openapi(next, async (c) => {
    const { id } = c.req.valid('param');
    const { seed, limit } = c.req.valid('query');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const view = await readListener(deps, reading, id);
    const [around, playing] =
      seed === undefined
        ? []
        : await Promise.all([relatedTo(deps, reading, seed, view.build), recordingOf(seed, reading)]);
    if (seed !== undefined && around === undefined && canTell(reading)) throw unknownItem(seed);
    const running = runningSession(view, reading.now);
    if (seed !== undefined && playing !== undefined) running.push({ itemId: seed, recordingId: playing });
    const [following, own] = await Promise.all([
      nextInSession(deps, reading, view.build, running),
      candidatesFor(deps, reading, view, weights),
    ]);
    // What goes with the seed or with the session leads; the listener's own pool fills up and breaks ties.
    const led = mergeCandidates([...(around ?? []), ...following]).map(
      (candidate): Candidate => ({ ...candidate, score: candidate.score + weights.seedLead }),
    );
    const candidates =
      led.length === 0
        ? own.candidates
        : mergeCandidates([...led, ...own.candidates]).filter(
            ({ itemId, recordingId }) => itemId !== seed && recordingId !== playing,
          );
    const impressionId = deps.newId();
    const choices = choose(candidates, view, weights, {
      count: limit,
      perArtist: 3,
      freshness: 'mixed',
      describe: await soundsOfRecent(deps, reading, view),
      chance: createRandom(0, impressionId).next,
    });
    const answer = await writeAnswer(
      deps,
      reading,
      {
        surface: 'next',
        listenerId: id,
        basis: (around ?? []).length > 0 ? 'item' : following.length > 0 ? 'signals' : own.basis,
        build: view.build,
        taste: view.built?.taste,
        pool: view.built?.candidates,
        impressionId,
        rankingVersion: weights.version,
      },
      choices,
    );
    return sendPlaylist(c, answer, 'Up next');
  });

  app.openapi(similar, async (c) => {
    const { id } = c.req.valid('param');
    const { limit } = c.req.valid('query');
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const { build, related } = await findRelated(id, reading);
    if (related === undefined && canTell(reading)) throw unknownItem(id);
    const view: ListenerView = { ...ANYBODY, build };
    const choices = choose(related ?? [], view, weights, {
      count: limit,
      perArtist: 5,
      freshness: 'mixed',
      describe: () => undefined,
    });
    const answer = await writeAnswer(
      deps,
      reading,
      {
        surface: 'similar',
        listenerId: null,
        basis: 'item',
        build,
        impressionId: deps.newId(),
        rankingVersion: weights.version,
      },
      choices,
    );
    return sendPlaylist(c, answer, 'Similar');
  });
}

/** Whether an item that was not found is not there: the reads that look for it did not fail. */
function canTell({ degraded }: Reading): boolean {
  return !degraded.has('build') && !degraded.has('related');
}

function unknownItem(itemId: string): NotFound {
  return new NotFound(`No build knows the item ${JSON.stringify(itemId)}.`);
}
