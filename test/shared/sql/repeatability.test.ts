/** A build's identity is its rows: the same whatever order events came in and however many threads worked. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STAGES } from '../../../shared/sql/stages.ts';
import { anyHistory, CUTOFF, runs } from './any-history.ts';
import { type History, NOTHING, type Rows, runStages } from './stage-fixture.ts';

function hashesOf(rows: Rows): Record<string, string> {
  return Object.fromEntries(
    STAGES.map(({ name }) => [
      name,
      createHash('sha256')
        .update(JSON.stringify(rows(name)))
        .digest('hex'),
    ]),
  );
}

/** The same history, appended in another order. */
const shuffled = (history: History): fc.Arbitrary<History> =>
  fc
    .tuple(
      fc.shuffledSubarray([...history.events], { minLength: history.events.length }),
      fc.shuffledSubarray([...history.items], { minLength: history.items.length }),
      fc.shuffledSubarray([...history.controls], { minLength: history.controls.length }),
    )
    .map(([events, items, controls]) => ({ ...history, events, items, controls }));

test('one thread or two, in whatever order events were appended, the rows hash alike', async () => {
  const twoOrders = anyHistory.chain((history) => fc.tuple(fc.constant(history), shuffled(history)));
  await fc.assert(
    fc.asyncProperty(twoOrders, async ([history, other]) => {
      const first = hashesOf(await runStages(history, { threads: 1 }));
      expect(hashesOf(await runStages(history, { threads: 2 }))).toEqual(first);
      expect(hashesOf(await runStages(other, { threads: 2, heavyStages: 'kernels' }))).toEqual(first);
    }),
    runs(3),
  );
});

test('changes of a control in one millisecond give one answer in any order', async () => {
  const change = { listenerId: 'l1', kind: 'dislike', target: 'r1', changedAt: CUTOFF - 1 };
  const controls = [
    { ...change, active: true, until: null },
    { ...change, active: true, until: CUTOFF - 1 },
    { ...change, active: false, until: null },
  ];
  const event = {
    version: 1,
    type: 'listen',
    eventId: 'e',
    listenerId: 'l1',
    itemId: 'r1',
    recordingId: 'r1',
    artistId: null,
    occurredAt: CUTOFF - 9,
    receivedAt: CUTOFF - 9,
    msPlayed: null,
    durationMs: null,
    skipped: false,
    plays: 1,
    private: false,
    context: {},
    source: 'api',
  } as const;
  for (const order of [controls, controls.toReversed()]) {
    const history = { ...NOTHING, events: [event], controls: order, cutoff: CUTOFF };
    const rows = await runStages(history, { stages: ['rejected'] });
    expect(rows('rejected')).toEqual([{ lid: 1, tid: 1 }]);
  }
});
