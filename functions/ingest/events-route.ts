/** POST /v1/events: batches of events, each accepted or rejected for itself. */
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ApiApp, ApiEnv } from '../../shared/api/app.ts';
import { authenticated } from '../../shared/api/app.ts';
import { mediaTypeOf, readBody } from '../../shared/api/body.ts';
import {
  BatchAnswerSchema,
  type BatchEntry,
  BatchSchema,
  JSON_TYPES,
  MAX_BATCH_BYTES,
  NDJSON_TYPES,
  type Rejection,
  splitBatch,
} from '../../shared/api/event-batch.ts';
import { EventSchema, parseEvent, unknownFields } from '../../shared/api/events.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { problem, problemResponse } from '../../shared/api/problem.ts';
import { type Acceptance, type AcceptDeps, acceptEvents, type Candidate } from './accept.ts';

const SOURCE = 'api';
const MAX_IGNORED_FIELDS = 20;
const MAX_ID_SHOWN = 128;

function formatOf(c: Context): 'json' | 'ndjson' {
  const type = mediaTypeOf(c);
  if (JSON_TYPES.includes(type)) return 'json';
  if (NDJSON_TYPES.includes(type)) return 'ndjson';
  const message = `content-type ${type} is not read here; send application/json or application/x-ndjson`;
  throw new HTTPException(415, { message });
}

/** The id a rejected event was sent with, so that its producer finds it again. */
function idOf(raw: unknown): { eventId?: string } {
  const eventId = (raw as { eventId?: unknown } | null | undefined)?.eventId;
  return typeof eventId === 'string' ? { eventId: eventId.slice(0, MAX_ID_SHOWN) } : {};
}

function checkEntries(entries: readonly BatchEntry[], now: number) {
  const candidates: Candidate[] = [];
  const invalid: Rejection[] = [];
  const ignored = new Set<string>();
  for (const { raw, unreadable, pointer, ...place } of entries) {
    if (unreadable !== undefined) {
      invalid.push({ ...place, errors: [{ pointer, detail: unreadable }] });
      continue;
    }
    const { event, errors } = parseEvent(raw, pointer, now);
    if (event === undefined) invalid.push({ ...place, ...idOf(raw), errors });
    else candidates.push({ ...place, pointer, event });
    for (const field of unknownFields(raw)) if (ignored.size < MAX_IGNORED_FIELDS) ignored.add(field);
  }
  return { candidates, invalid, ignoredFields: [...ignored] };
}

/** 400 where nothing could be accepted; 403 where that was only for whose events they are. */
function answerRejected(
  c: Context,
  answer: { rejected: readonly Rejection[] },
  refused: Acceptance['refused'],
) {
  const { rejected } = answer;
  const scope = rejected.length === refused.length && refused.every(({ kind }) => kind === 'forbidden');
  const errors = rejected.flatMap((rejection) => rejection.errors);
  const detail = scope
    ? 'The token may not submit for any of these listeners.'
    : 'No event of the batch was accepted.';
  return problemResponse(c, problem(scope ? 403 : 400, detail, { errors, extensions: answer }));
}

/** Adds the route to the app. `limit` runs behind authentication. */
export function addEventsRoute(app: ApiApp, deps: AcceptDeps, limit: MiddlewareHandler<ApiEnv>): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/events',
    summary: 'Submit listening and feedback events',
    description:
      'At most 1,000 events or 1 MiB (also unpacked, where sent as gzip). Each event is accepted or rejected for ' +
      'itself; what is accepted is durable when the answer comes. Repeating an event is harmless.',
    tags: ['events'],
    security: BEARER,
    request: {
      body: {
        required: true,
        content: {
          'application/json': { schema: BatchSchema },
          'application/x-ndjson': { schema: EventSchema },
        },
      },
    },
    responses: {
      202: {
        description: 'At least one event was accepted.',
        content: { 'application/json': { schema: BatchAnswerSchema } },
      },
      ...problemResponses(400, 401, 403, 413, 415, 429, 503),
    },
  });

  app.post('/v1/events', authenticated, limit, async (c) => {
    const format = formatOf(c);
    const entries = splitBatch(await readBody(c, MAX_BATCH_BYTES), format);
    const { candidates, invalid, ignoredFields } = checkEntries(entries, deps.clock.now());
    const { accepted, duplicates, refused } = await acceptEvents(candidates, {
      principal: c.get('principal'),
      source: SOURCE,
      deps,
    });
    const rejected = [...invalid, ...refused.map(({ kind: _, ...rejection }) => rejection)];
    rejected.sort((a, b) => a.index - b.index);
    const ignored = ignoredFields.length > 0 && { ignoredFields };
    const answer = { accepted, duplicates, rejected, ...ignored };
    return accepted > 0 ? c.json(answer, 202) : answerRejected(c, answer, refused);
  });
}
