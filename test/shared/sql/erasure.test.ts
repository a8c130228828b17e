/** An erased listener is in no stage, in no count of one and under no id that only they used. */
import { expect, test } from 'vitest';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { parseTaste } from '../../../shared/domain/taste.ts';
import { DAY_MS } from '../../../shared/domain/time.ts';
import { STAGES } from '../../../shared/sql/stages.ts';
import { CUTOFF, historyOf } from './any-history.ts';
import { type ControlChange, type History, type Rows, runStages } from './stage-fixture.ts';

const COMMUNITY = historyOf({ seed: 11, listeners: 12, recordings: 40, runs: 6 });
const TEMPLATE = COMMUNITY.events[0] as ListeningEvent;
const ERASED_AT = CUTOFF - 10 * DAY_MS;

const mine = (number: number, fields: Partial<ListeningEvent>): ListeningEvent => ({
  ...TEMPLATE,
  type: 'listen',
  listenerId: 'erased',
  eventId: `erased-${number}`,
  msPlayed: 190_000,
  skipped: false,
  plays: 1,
  private: false,
  context: {},
  occurredAt: CUTOFF - 20 * DAY_MS + number,
  receivedAt: CUTOFF - 20 * DAY_MS + number,
  ...fields,
});

const dislike = (target: string, changedAt: number): ControlChange => ({
  listenerId: 'erased',
  kind: 'dislike',
  target,
  active: true,
  until: null,
  changedAt,
});

const BEFORE = [
  mine(1, { recordingId: 'r01', itemId: 'r01-i0' }),
  mine(2, { recordingId: 'secret', itemId: 'secret', artistId: 'secret-artist' }),
  mine(3, { recordingId: 'r02', itemId: 'r02-i0', type: 'save' }),
];

const everything = (rows: Rows) => Object.fromEntries(STAGES.map(({ name }) => [name, rows(name)]));

const withEvents = (events: readonly ListeningEvent[], fields: Partial<History> = {}): History => ({
  ...COMMUNITY,
  events: [...COMMUNITY.events, ...events],
  ...fields,
});

const erasures = [...COMMUNITY.erasures, { listenerId: 'erased', erasedAt: ERASED_AT }];

test('a build with an erased listener is the build without them', async () => {
  const controls = [...COMMUNITY.controls, dislike('r03', ERASED_AT - 1)];
  const erased = everything(await runStages(withEvents(BEFORE, { erasures, controls })));
  const without = everything(await runStages(COMMUNITY));
  expect(erased).toEqual(without);
  expect(JSON.stringify(erased)).not.toContain('secret');
});

test('who comes back is known by what was received since the erasure', async () => {
  const back = [
    mine(4, { recordingId: 'r04', itemId: 'r04-i0', occurredAt: ERASED_AT + 1, receivedAt: ERASED_AT + 1 }),
    mine(5, { recordingId: 'r05', itemId: 'r05-i0', occurredAt: ERASED_AT + 9, receivedAt: ERASED_AT + 9 }),
  ];
  const late = mine(6, { recordingId: 'r06', occurredAt: ERASED_AT + 5, receivedAt: ERASED_AT });
  const controls = [...COMMUNITY.controls, dislike('r03', ERASED_AT - 1), dislike('r05', ERASED_AT + 1)];
  const rows = await runStages(withEvents([...BEFORE, ...back, late], { erasures, controls }));
  const fresh = await runStages(
    withEvents(back, { controls: [...COMMUNITY.controls, dislike('r05', ERASED_AT + 1)] }),
  );
  const served = (of: Rows) =>
    ['taste_profiles', 'heard_filters', 'recent_history', 'listener_pools'].map((stage) =>
      of(stage).find(({ listener_id }) => listener_id === 'erased'),
    );
  expect(served(rows)).toEqual(served(fresh));
  expect(parseTaste(String(served(rows)[0]?.taste))).toMatchObject({
    since: ERASED_AT + 1,
    asOf: ERASED_AT + 9,
  });
  expect(rows('rejected')).toEqual(fresh('rejected'));
});

test('an erasure at the instant of reception takes the event, a millisecond earlier leaves it', async () => {
  for (const [erasedAt, listeners] of [
    [TEMPLATE.receivedAt, 0],
    [TEMPLATE.receivedAt - 1, 1],
  ] as const) {
    const rows = await runStages(
      { ...COMMUNITY, events: [TEMPLATE], erasures: [{ listenerId: TEMPLATE.listenerId, erasedAt }] },
      { stages: ['listeners', 'listening', 'feedback'] },
    );
    expect(rows('listeners')).toHaveLength(listeners);
    expect(rows('listening').length + rows('feedback').length).toBe(listeners);
  }
});
