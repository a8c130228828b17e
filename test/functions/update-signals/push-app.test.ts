import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUpdateSignals } from '../../../functions/update-signals/handler.ts';
import { createPushApp } from '../../../functions/update-signals/push-app.ts';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { Forbidden, InvalidInput, TransientError, Unauthenticated } from '../../../shared/errors.ts';
import { decodeListen, encodeMessages } from '../../../shared/google/pubsub-messages.ts';
import { parsePush } from '../../../shared/google/push-envelope.ts';
import type { Handler, Message, Outcome } from '../../../shared/ports/topics.ts';
import { liveEventCell } from '../../../shared/rows/live-events.ts';
import { type PushOf, pushBody } from '../../shared/google/push-fixtures.ts';
import { acceptedEvent, eventArbitrary } from '../fakes/events.ts';
import { fakeErasures, fakeLogger, fakeRows } from '../fakes/stores.ts';

const wireOf = (event: ListeningEvent): string =>
  encodeMessages('listens', { orderingKey: event.listenerId, data: JSON.stringify(event) })[0]?.data ?? '';

interface Options {
  readonly handler?: Handler;
  readonly authenticatePush?: (authorization: string | undefined) => Promise<void>;
}

/** The app as the function wires it, on rows in memory. */
function harness(options: Options = {}) {
  const rows = fakeRows();
  const { logger, lines } = fakeLogger();
  const dead: { message: Message; reason: string }[] = [];
  const deadTopic = { failing: undefined as Error | undefined };
  const app = createPushApp({
    logger,
    clock: { now: () => 0 },
    newId: () => 'request-1',
    authenticate: async () => ({ kind: 'service' }),
    authenticatePush: options.authenticatePush ?? (async () => undefined),
    parsePush: (body) => {
      const message = parsePush(body);
      return { ...message, data: decodeListen(message.data) };
    },
    handler: options.handler ?? createUpdateSignals({ rows, erasures: fakeErasures(), logger }),
    publishDead: async (message, reason) => {
      if (deadTopic.failing) throw deadTopic.failing;
      dead.push({ message, reason });
    },
  });
  const post = (body: string, headers: Record<string, string> = {}) =>
    app.request('/', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const push = (event: ListeningEvent, of?: PushOf) => post(pushBody(wireOf(event), of));
  return { app, rows, lines, dead, deadTopic, post, push };
}

const says =
  (...outcomes: Outcome[]): Handler =>
  async () =>
    outcomes;

describe('a push that is handled', () => {
  test('is acknowledged once its event is in the row', async () => {
    const h = harness();
    const answer = await h.push(acceptedEvent());
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(h.rows.all()).toEqual([liveEventCell(acceptedEvent())]);
    expect(h.dead).toEqual([]);
  });

  test('changes nothing when it comes again, in whatever order', async () => {
    const events = fc.uniqueArray(eventArbitrary, { selector: (e) => e.eventId, minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(events, fc.array(fc.nat(), { maxLength: 12 }), async (unique, picks) => {
        const [once, often] = [harness(), harness()];
        for (const event of unique) expect((await once.push(event)).status).toBe(204);
        const again = picks.map((n) => unique[n % unique.length] as ListeningEvent);
        for (const [i, event] of [...again, ...unique.toReversed()].entries())
          expect((await often.push(event, { id: `${i}`, attempt: i + 1 })).status).toBe(204);
        const live = ({ rows }: typeof once) =>
          rows
            .all()
            .filter(({ family }) => family === 'live')
            .map((cell) => JSON.stringify(cell))
            .sort();
        expect(live(often)).toEqual(live(once));
      }),
      { numRuns: 30 },
    );
  });

  test('hands the handler one message with its id, key and attempt', async () => {
    const batches: (readonly Message[])[] = [];
    const h = harness({
      handler: async (batch) => {
        batches.push(batch);
        return [{ kind: 'ack' }];
      },
    });
    await h.push(acceptedEvent(), { id: '77', orderingKey: 'ann', attempt: 4 });
    expect(batches).toMatchObject([
      [{ id: '77', orderingKey: 'ann', attempt: 4, data: JSON.stringify(acceptedEvent()) }],
    ]);
  });
});

describe('a push that may work later', () => {
  test.each<[string, Handler]>([
    ['the handler says so', says({ kind: 'retry', reason: 'no store' })],
    ['the store is away', () => Promise.reject(new TransientError('no store'))],
    ['the handler falls over', () => Promise.reject(new Error('no store'))],
    ['the handler takes its own input for bad', () => Promise.reject(new InvalidInput([]))],
    ['the handler says nothing', says()],
    ['the handler says too much', says({ kind: 'ack' }, { kind: 'ack' })],
  ])('comes again where %s', async (_, handler) => {
    const h = harness({ handler });
    const answer = await h.push(acceptedEvent(), { id: '77' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.text()).not.toContain('no store');
    expect(h.dead).toEqual([]);
    expect(h.lines.at(-1)).toMatchObject({ level: 'error', fields: { status: 503 } });
    expect(`${h.lines.at(-1)?.fields.error}`).toContain('Message 77, attempt 3: ');
  });

  test('is stored when the store is back', async () => {
    const h = harness();
    h.rows.failing.with = new TransientError('away');
    expect((await h.push(acceptedEvent())).status).toBe(503);
    h.rows.failing.with = undefined;
    expect((await h.push(acceptedEvent(), { attempt: 4 })).status).toBe(204);
    expect(h.rows.all()).toHaveLength(1);
  });
});

describe('a push that never can be', () => {
  const unknown = wireOf(acceptedEvent()).replace('"version":"1"', '"version":"2"');

  test.each([
    ['of an unknown version', unknown, 'unknown event version 2'],
    ['that is not JSON', 'nonsense', 'not JSON'],
    ['that is another kind of JSON', '["a"]', 'not a listening event'],
    ['that is nothing', '', 'not JSON'],
    ['that lacks a field', wireOf(acceptedEvent()).replace('"item_id"', '"x"'), '/itemId'],
    [
      'whose number is none',
      wireOf(acceptedEvent()).replace(/"ms_played":"\d+"/, '"ms_played":"x"'),
      '/msPlayed',
    ],
  ])('%s is kept among the dead as it travelled, then acknowledged', async (_, data, reason) => {
    const h = harness();
    expect((await h.post(pushBody(data, { id: '77' }))).status).toBe(204);
    expect(h.dead).toMatchObject([
      { message: { id: '77', data, orderingKey: 'ann' }, reason: expect.stringContaining(reason) },
    ]);
    expect(h.rows.all()).toEqual([]);
  });

  test('is not acknowledged before it is kept', async () => {
    const h = harness();
    h.deadTopic.failing = new TransientError('no topic');
    const answer = await h.post(pushBody(unknown));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    h.deadTopic.failing = undefined;
    expect((await h.post(pushBody(unknown, { attempt: 4 }))).status).toBe(204);
    expect(h.dead).toHaveLength(1);
  });
});

describe('what is no push of ours', () => {
  test('is refused by the name of the field, which the log has, too', async () => {
    const h = harness();
    const { message } = JSON.parse(pushBody('x'));
    for (const [body, pointer] of [
      ['nonsense', ''],
      [JSON.stringify({ message }), '/subscription'],
      [JSON.stringify({ message: { ...message, data: '*' }, subscription: 's' }), '/message/data'],
    ] as const) {
      const answer = await h.post(body);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
      expect(await answer.json()).toMatchObject({ errors: [{ pointer }] });
      const line = h.lines.findLast(({ message }) => message === 'a push was refused');
      expect(`${line?.fields.error}`).toContain(pointer);
    }
    expect(h.dead).toEqual([]);
  });

  test.each([
    [401, new Unauthenticated('no token')],
    [403, new Forbidden('another account')],
    [503, new TransientError('no keys')],
  ])('is answered %i where it is not authenticated, before anything is read', async (status, error) => {
    let handled = 0;
    const h = harness({
      authenticatePush: async () => Promise.reject(error),
      handler: async () => {
        handled += 1;
        return [{ kind: 'ack' }];
      },
    });
    for (const body of [pushBody('x'), 'nonsense']) {
      const answer = await h.post(body, { authorization: 'Bearer x.y.z' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ]);
    }
    expect(handled).toBe(0);
    expect(h.lines.filter(({ message }) => message === 'a push was refused')).toHaveLength(2);
  });

  test('is given the token that was sent', async () => {
    const seen: (string | undefined)[] = [];
    const h = harness({ authenticatePush: async (header) => void seen.push(header) });
    await h.post(pushBody('x'), { authorization: 'Bearer x.y.z' });
    await h.post(pushBody('x'));
    expect(seen).toEqual(['Bearer x.y.z', undefined]);
  });

  test('is refused where it is larger than anything Pub/Sub sends', async () => {
    const h = harness();
    expect((await h.post('x'.repeat(15 * 1024 * 1024))).status).toBe(413);
  });
});

test('a message as large as Pub/Sub takes is read', async () => {
  const h = harness({ handler: says({ kind: 'ack' }) });
  expect((await h.post(pushBody('x'.repeat(10_000_000)))).status).toBe(204);
});

test('liveness is answered to anybody; other paths and methods are not', async () => {
  const h = harness({ authenticatePush: async () => Promise.reject(new Unauthenticated('no token')) });
  expect((await h.app.request('/livez')).status).toBe(200);
  expect((await h.app.request('/')).status).toBe(405);
  expect((await h.app.request('/elsewhere', { method: 'POST' })).status).toBe(404);
});

test('log lines carry the trace of the push and nothing of the listener', async () => {
  const h = harness({ handler: says({ kind: 'retry', reason: 'later' }) });
  const traceId = 'a'.repeat(32);
  await h.post(pushBody(wireOf(acceptedEvent({ listenerId: 'secret-ann' })), { orderingKey: 'secret-ann' }), {
    traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
  });
  expect(h.lines.at(-1)?.fields).toMatchObject({ traceId, route: '/' });
  expect(JSON.stringify(h.lines)).not.toContain('secret');
});
