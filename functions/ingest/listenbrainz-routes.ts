/** What players that scrobble to ListenBrainz speak: https://listenbrainz.readthedocs.io/en/latest/users/api/ */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { type ApiApp, type ApiDeps, type ApiEnv, authenticated } from '../../shared/api/app.ts';
import { readBody } from '../../shared/api/body.ts';
import type { SubmittedEvent } from '../../shared/api/events.ts';
import { parseJson } from '../../shared/api/json.ts';
import { LISTENBRAINZ_TOKEN } from '../../shared/api/openapi.ts';
import { fieldProblems, problemOf } from '../../shared/api/problem.ts';
import type { Principal } from '../../shared/auth/principal.ts';
import type { EventType } from '../../shared/domain/event.ts';
import { Forbidden, InvalidInput, Unauthenticated } from '../../shared/errors.ts';
import { type AcceptDeps, acceptEvents, type Candidate } from './accept.ts';
import {
  convertListen,
  MAX_LISTEN_BYTES,
  MAX_SUBMISSION_BYTES,
  parseSubmission,
  SOURCE,
  SubmissionSchema,
} from './listenbrainz-submission.ts';

const OkSchema = z
  .object({
    status: z.literal('ok'),
    accepted: z.int().optional(),
    rejected: z.array(z.object({ index: z.int(), error: z.string() })).optional(),
  })
  .openapi('ListenBrainzOk', { description: '`rejected` is there only where part of an import was.' });
const ErrorSchema = z.object({ code: z.int(), error: z.string() }).openapi('ListenBrainzError');
const ValidSchema = z
  .object({ code: z.int(), message: z.string(), valid: z.boolean(), user_name: z.string().optional() })
  .openapi('ListenBrainzToken');

const Uuid = z.guid('must be a MusicBrainz or MessyBrainz id');
const FeedbackSchema = z
  .object({
    recording_mbid: Uuid.nullish(),
    recording_msid: Uuid.nullish(),
    score: z.union([z.literal(1), z.literal(0), z.literal(-1)], { error: 'must be 1, 0 or -1' }),
  })
  .openapi('ListenBrainzFeedback');

const FEEDBACK: Readonly<Record<number, EventType>> = { 1: 'like', [-1]: 'dislike', 0: 'unsave' };

/** ListenBrainz's own shape of an error; the headers are those of the problem. */
function answerError(error: Error, c: Context): Response {
  const { status, detail, headers } = problemOf(error);
  return c.json({ code: status, error: detail }, status, { ...headers });
}

/** The listener a token stands for. Throws Forbidden for a service, which is nobody's player. */
function listenerOf(principal: Principal): string {
  if (principal.kind === 'listener') return principal.listenerId;
  throw new Forbidden('A service token submits for nobody here: use a listener token, or POST /v1/events.');
}

const json = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

function document(app: OpenAPIHono<ApiEnv>): void {
  const common = { tags: ['listenbrainz'], security: LISTENBRAINZ_TOKEN };
  const errors = {
    400: json(ErrorSchema, 'Not valid.'),
    401: json(ErrorSchema, 'No token, or one that is not accepted.'),
    403: json(ErrorSchema, 'A service token.'),
    413: json(ErrorSchema, 'Too large.'),
    429: json(ErrorSchema, 'Asked too often; see Retry-After and X-RateLimit-Reset-In.'),
    503: json(ErrorSchema, 'Try again; see Retry-After.'),
  };
  app.openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/1/submit-listens',
    summary: 'Submit listens as ListenBrainz clients do',
    request: { body: { required: true, content: { 'application/json': { schema: SubmissionSchema } } } },
    responses: { 200: json(OkSchema, 'Durable.'), ...errors },
  });
  app.openAPIRegistry.registerPath({
    ...common,
    method: 'post',
    path: '/1/feedback/recording-feedback',
    summary: 'Like (1), dislike (-1) or take back (0)',
    request: { body: { required: true, content: { 'application/json': { schema: FeedbackSchema } } } },
    responses: { 200: json(OkSchema, 'Durable.'), ...errors },
  });
  app.openAPIRegistry.registerPath({
    ...common,
    method: 'get',
    path: '/1/validate-token',
    summary: 'Whose token this is',
    request: { query: z.object({ token: z.string().optional() }) },
    responses: { 200: json(ValidSchema, 'Valid or not.'), 400: errors[400], 503: errors[503] },
  });
}

function feedbackEvent(body: unknown, listenerId: string, deps: ApiDeps): SubmittedEvent {
  const parsed = FeedbackSchema.safeParse(body);
  if (!parsed.success) throw new InvalidInput(fieldProblems(parsed.error));
  const { recording_mbid: mbid, recording_msid: msid, score } = parsed.data;
  if (!mbid && !msid)
    throw new InvalidInput([
      { pointer: '/recording_mbid', detail: 'recording_mbid or recording_msid is needed' },
    ]);
  return {
    type: FEEDBACK[score] ?? 'unsave',
    // The protocol has no id for feedback, and liking again after taking it back is no repeat.
    eventId: `${SOURCE}-feedback:${deps.newId()}`,
    listenerId,
    itemId: (mbid ? `mbid:${mbid}` : `msid:${msid}`).toLowerCase(),
    occurredAt: deps.clock.now(),
    msPlayed: null,
    durationMs: null,
    skipped: false,
    context: {},
    metadata: null,
  };
}

/** Adds the routes under /1 to the app. `limit` runs behind authentication. */
export function addListenBrainzRoutes(
  app: ApiApp,
  deps: ApiDeps & AcceptDeps,
  limit: MiddlewareHandler<ApiEnv>,
): void {
  const routes = new OpenAPIHono<ApiEnv>();
  routes.onError(answerError);
  document(routes);

  routes.post('/1/submit-listens', authenticated, limit, async (c) => {
    const principal = c.get('principal');
    const listenerId = listenerOf(principal);
    const { listen_type: type, payload } = parseSubmission(
      parseJson(await readBody(c, MAX_SUBMISSION_BYTES)),
    );
    // What plays just now may yet be skipped; the listen itself comes when it is one.
    if (type === 'playing_now') return c.json({ status: 'ok' });
    const now = deps.clock.now();
    const candidates: Candidate[] = [];
    const rejected: { index: number; error: string }[] = [];
    for (const [index, listen] of payload.entries()) {
      const { event, problem } = convertListen(listen, listenerId, now);
      if (event === undefined) rejected.push({ index, error: problem });
      else candidates.push({ index, pointer: `/payload/${index}`, event });
    }
    const { accepted, refused } = await acceptEvents(candidates, { principal, source: SOURCE, deps });
    // Of one listen told twice the first is kept, as ListenBrainz does it.
    for (const { index, kind, errors } of refused)
      if (kind !== 'conflict') rejected.push({ index, error: errors[0]?.detail ?? kind });
    if (rejected.length === 0) return c.json({ status: 'ok' });
    rejected.sort((a, b) => a.index - b.index);
    if (accepted > 0) return c.json({ status: 'ok', accepted, rejected });
    const problems = rejected.map(({ index, error }) => ({ pointer: `/payload/${index}`, detail: error }));
    throw new InvalidInput(problems.slice(0, 10));
  });

  routes.post('/1/feedback/recording-feedback', authenticated, limit, async (c) => {
    const principal = c.get('principal');
    const body = parseJson(await readBody(c, MAX_LISTEN_BYTES));
    const event = feedbackEvent(body, listenerOf(principal), deps);
    const { refused } = await acceptEvents([{ index: 0, pointer: '', event }], {
      principal,
      source: SOURCE,
      deps,
    });
    if (refused[0] !== undefined) throw new InvalidInput(refused[0].errors);
    return c.json({ status: 'ok' });
  });

  routes.get('/1/validate-token', async (c) => {
    const token = c.req.query('token');
    const header = token === undefined ? c.req.header('authorization') : `Token ${token}`;
    if (header === undefined)
      throw new InvalidInput([{ pointer: '/query/token', detail: 'an authorization token is needed' }]);
    try {
      const principal = await c.get('authenticate')(header);
      c.set('principal', principal);
      const message = 'Token valid.';
      if (principal.kind === 'listener')
        return c.json({ code: 200, message, valid: true, user_name: principal.listenerId });
      const refusal = 'Token invalid: it is of a service; a player needs a listener token.';
      return c.json({ code: 200, message: refusal, valid: false });
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      return c.json({ code: 200, message: 'Token invalid.', valid: false });
    }
  });

  app.route('/', routes);
}
