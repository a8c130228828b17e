import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUpdateSignals, type SignalCount } from '../../../functions/update-signals/handler.ts';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { TransientError } from '../../../shared/errors.ts';
import { liveEventCell } from '../../../shared/rows/live-events.ts';
import { listenerKey } from '../../../shared/schema/rows.ts';
import { acceptedEvent, eventArbitrary, RECEIVED } from '../fakes/events.ts';
import { fakeErasures, fakeLogger, fakeRows, messageOfData } from '../fakes/stores.ts';

function harness(erased: Record<string, number> = {}) {
  const rows = fakeRows();
  const erasures = fakeErasures(erased);
  const { logger, lines } = fakeLogger();
  const counts: Partial<Record<SignalCount, number>> = {};
  const handle = createUpdateSignals({
    rows,
    erasures,
    logger,
    count: (what, n) => {
      counts[what] = (counts[what] ?? 0) + n;
    },
  });
  const send = (...events: ListeningEvent[]) =>
    handle(events.map((e) => messageOfData(JSON.stringify(e), e.listenerId)));
  return { rows, erasures, lines, counts, handle, send };
}

describe('writing events', () => {
  test('a batch is written in one store call and acknowledged', async () => {
    const h = harness();
    const events = ['a', 'b', 'c'].map((eventId) => acceptedEvent({ eventId }));
    expect(await h.send(...events)).toEqual([{ kind: 'ack' }, { kind: 'ack' }, { kind: 'ack' }]);
    expect(h.rows.calls).toEqual(['writeIfAbsent']);
    expect(h.rows.all()).toEqual(events.map(liveEventCell));
    expect(h.counts).toEqual({ written: 3 });
  });

  test('a repeat under a newer receivedAt changes nothing', async () => {
    const h = harness();
    await h.send(acceptedEvent());
    await h.send(acceptedEvent({ receivedAt: RECEIVED + 1000, durationMs: 1, recordingId: 'better' }));
    expect(h.rows.all()).toEqual([liveEventCell(acceptedEvent())]);
    expect(h.counts).toEqual({ written: 1, repeated: 1 });
    expect(h.lines).toEqual([]);
  });

  test('another body of an id is a conflict: counted, logged without the listener, the first kept', async () => {
    for (const together of [true, false]) {
      const h = harness();
      const [first, second] = [
        acceptedEvent({ listenerId: 'secret-ann' }),
        acceptedEvent({ listenerId: 'secret-ann', itemId: 'x' }),
      ];
      if (together) expect(await h.send(first, second)).toEqual([{ kind: 'ack' }, { kind: 'ack' }]);
      else {
        await h.send(first);
        expect(await h.send(second)).toEqual([{ kind: 'ack' }]);
      }
      expect(h.rows.all()).toEqual([liveEventCell(first)]);
      expect(h.counts).toEqual({ written: 1, conflict: 1 });
      expect(h.lines).toHaveLength(1);
      expect(JSON.stringify(h.lines)).not.toContain('secret');
    }
  });

  test('one id of two listeners is two events', async () => {
    const h = harness();
    await h.send(acceptedEvent(), acceptedEvent({ listenerId: 'bob', itemId: 'other' }));
    expect(h.counts).toEqual({ written: 2 });
  });

  test('any order and any repetition of the same events gives the same events in the rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(eventArbitrary, { selector: (e) => e.eventId, minLength: 1, maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (events, extra, batch) => {
          const [once, often] = [harness(), harness()];
          await once.send(...events);
          const repeats = extra.map((n) => events[n % events.length] as ListeningEvent);
          const deliveries = [...repeats, ...events.toReversed()];
          for (let i = 0; i < deliveries.length; i += batch)
            await often.send(...deliveries.slice(i, i + batch));
          const live = (h: ReturnType<typeof harness>) =>
            h.rows
              .all()
              .filter(({ family }) => family === 'live')
              .map((c) => JSON.stringify(c))
              .sort();
          expect(live(often)).toEqual(live(once));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('messages that cannot be stored', () => {
  test('the unreadable die with the reason, the rest is written', async () => {
    const h = harness();
    const outcomes = await h.handle([
      messageOfData('{"version":7}'),
      messageOfData(JSON.stringify(acceptedEvent())),
      messageOfData('nonsense'),
      messageOfData(JSON.stringify({ ...acceptedEvent(), occurredAt: 'yesterday' })),
    ]);
    expect(outcomes).toEqual([
      { kind: 'dead', reason: expect.stringContaining('unknown event version 7') },
      { kind: 'ack' },
      { kind: 'dead', reason: expect.stringContaining('not JSON') },
      { kind: 'dead', reason: expect.stringContaining('/occurredAt') },
    ]);
    expect(h.counts).toEqual({ written: 1, dead: 3 });
  });

  test('a store that is down is thrown, so that no message dies of it', async () => {
    const h = harness();
    h.rows.failing.with = new TransientError('disk full');
    const batch = [messageOfData('nonsense'), messageOfData(JSON.stringify(acceptedEvent()))];
    await expect(h.handle(batch)).rejects.toThrow(h.rows.failing.with);
    h.rows.failing.with = undefined;
    expect(await h.handle(batch)).toMatchObject([{ kind: 'dead' }, { kind: 'ack' }]);
    expect(h.counts.written).toBe(1);
  });

  test('a store that fails otherwise retries what was to be stored, and only that', async () => {
    const h = harness();
    h.rows.failing.with = new Error('disk full');
    const batch = [messageOfData('nonsense'), messageOfData(JSON.stringify(acceptedEvent()))];
    expect(await h.handle(batch)).toEqual([
      { kind: 'dead', reason: expect.any(String) },
      { kind: 'retry', reason: 'disk full' },
    ]);
    h.rows.failing.with = undefined;
    expect((await h.handle(batch))[1]).toEqual({ kind: 'ack' });
    expect(h.counts.written).toBe(1);
  });

  test('an empty batch asks no store', async () => {
    const h = harness();
    expect(await h.handle([])).toEqual([]);
    expect(h.rows.calls).toEqual([]);
  });
});

describe('erased listeners', () => {
  test('what was received up to the erasure is dropped, what came later is kept', async () => {
    const h = harness({ ann: RECEIVED });
    const later = acceptedEvent({ eventId: 'e2', receivedAt: RECEIVED + 1 });
    expect(await h.send(acceptedEvent(), later)).toEqual([{ kind: 'ack' }, { kind: 'ack' }]);
    expect(h.rows.all()).toEqual([liveEventCell(later)]);
    expect(h.counts).toEqual({ erased: 1, written: 1 });
  });
});

describe('dislikes outlive the live window', () => {
  const control = (h: ReturnType<typeof harness>) =>
    h.rows.all().filter(({ family }) => family === 'control');

  test.each([
    ['dislike', true],
    ['like', false],
    ['unsave', false],
  ] as const)('%s writes a control that says active: %s', async (type, active) => {
    const h = harness();
    const event = acceptedEvent({ type });
    await h.send(event);
    expect(control(h)).toEqual([
      {
        key: listenerKey('ann'),
        family: 'control',
        qualifier: `dislike#${event.recordingId}`,
        timestamp: event.occurredAt,
        value: JSON.stringify({ active }),
      },
    ]);
  });

  test('other events write none', async () => {
    const h = harness();
    await h.send(acceptedEvent(), acceptedEvent({ type: 'save', eventId: 'e2' }));
    expect(h.rows.calls).toEqual(['writeIfAbsent']);
  });

  test('the newest feedback by occurrence wins, in whatever order it arrives', async () => {
    const dislike = acceptedEvent({ type: 'dislike', eventId: 'e1', occurredAt: 1e12 });
    const like = acceptedEvent({ type: 'like', eventId: 'e2', occurredAt: 1e12 + 1 });
    for (const order of [
      [dislike, like],
      [like, dislike],
    ]) {
      const h = harness();
      for (const event of order) await h.send(event);
      expect(control(h)[0]).toMatchObject({ timestamp: like.occurredAt, value: '{"active":false}' });
    }
  });

  test('a crash between the two writes is healed by the repeat', async () => {
    const h = harness();
    const event = acceptedEvent({ type: 'dislike' });
    await h.rows.writeIfAbsent('listeners', [liveEventCell(event)]);
    await h.send(event);
    expect(control(h)).toHaveLength(1);
  });

  test('a conflicting body changes no control', async () => {
    const h = harness();
    await h.send(acceptedEvent({ type: 'save' }));
    await h.send(acceptedEvent({ type: 'dislike' }));
    expect(control(h)).toEqual([]);
  });
});
