/** What the ranking model learns from, against a count by hand; and what its parameters make of pools. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePool } from '../../../shared/domain/candidate.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/domain/time.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';
import { event } from '../../domain/some-events.ts';
import { anyHistory, CROWD, CUTOFF, runs } from './any-history.ts';
import { type History, NOTHING, type Row, runStages } from './stage-fixture.ts';

/** Generated histories are of years and of few listeners. */
const P = {
  ...DEFAULT_PARAMETERS,
  ranking_span_ms: 3_000 * DAY_MS,
  ranking_settled_ms: HOUR_MS,
};
const INPUTS = ['listeners', 'recordings', 'listening', 'play_notions'];

interface Serving {
  readonly listenerId: string;
  readonly recordingId: string;
  readonly servedAt: number;
  readonly evidence: string | null;
  readonly artistPlays: number | null;
}

function impressionRow({ listenerId, recordingId, servedAt, evidence, artistPlays }: Serving, at: number) {
  return {
    impression_id: `m${String(at % 7)}`,
    listener_id: listenerId,
    surface: 'weekly',
    build_id: 'b',
    served_at: servedAt,
    position: at,
    item_id: `${recordingId}-i0`,
    recording_id: recordingId,
    source: 'co_listening',
    notion: 'new_track',
    score: 0.5,
    propensity: 1,
    evidence,
    artist_plays: artistPlays,
  };
}

const tenths = (evidence: string, letter: string) => {
  const found = evidence.split(/(?=[a-z])/).find((one) => one.startsWith(letter));
  return Math.floor((Number(found?.slice(1) ?? 0) + 50) / 100);
};

/** The stage's rows, serving after serving. */
function expectedOf(history: History, rows: (stage: string) => readonly Row[]): string[] {
  const counts = new Map<string, { heard: number; retained: number }>();
  const lids = new Map(rows('listeners').map((row) => [row.listener_id, row]));
  const tids = new Map(rows('recordings').map((row) => [row.recording_id, Number(row.tid)]));
  const seen = new Set<string>();
  const from = history.cutoff - P.ranking_span_ms;
  const until = history.cutoff - P.ranking_settled_ms;
  const inOrder = [...history.impressions].sort(
    (a, b) =>
      Number(b.served_at) - Number(a.served_at) ||
      (String(a.impression_id) < String(b.impression_id)
        ? -1
        : String(a.impression_id) > String(b.impression_id)
          ? 1
          : Number(a.position) - Number(b.position)),
  );
  for (const { listener_id, recording_id, item_id, served_at, evidence, artist_plays } of inOrder) {
    const listener = lids.get(String(listener_id));
    const tid = tids.get(String(recording_id ?? item_id));
    const at = Number(served_at);
    if (listener === undefined || tid === undefined || artist_plays === null) continue;
    if (at < from || at >= until || at <= Number(listener.erased_at)) continue;
    const pair = `${listener.lid} ${tid}`;
    const own = rows('listening').filter(
      (row) => row.lid === listener.lid && row.tid === tid && !row.outside_taste,
    );
    const first = Math.min(...own.map((row) => Number(row.heard_at)));
    if (!(first >= at && first < at + P.ranking_heard_within_ms && first < until) || seen.has(pair)) continue;
    seen.add(pair);
    const stayed = rows('play_notions').some(
      (row) => row.lid === listener.lid && row.tid === tid && row.retained === true,
    );
    const plays = Number(artist_plays);
    const text = String(evidence ?? '');
    const key = [
      '012'.includes(createHash('md5').update(String(listener_id)).digest('hex').charAt(0)),
      Math.floor(Math.min(history.cutoff - first, P.retained_ms) / (7 * DAY_MS)),
      ...['c', 'a', 's', 'g', 'p'].map((letter) => tenths(text, letter)),
      Math.round((10 * plays) / (plays + 5)),
      plays === 0 ? 10 : 0,
    ].join(' ');
    const count = counts.get(key) ?? { heard: 0, retained: 0 };
    counts.set(key, { heard: count.heard + 1, retained: count.retained + (stayed ? 1 : 0) });
  }
  return [...counts].map(([key, { heard, retained }]) => `${key} ${heard} ${retained}`).sort();
}

const textOf = (row: Row) =>
  [
    row.held_out,
    row.weeks,
    row.co_listening,
    row.artist,
    row.audio,
    row.tags,
    row.popularity,
    row.known_artist,
    row.new_artist,
    row.heard,
    row.retained,
  ].join(' ');

test('examples are the last servings before something was heard for the first time, counted by their features', async () => {
  let examples = 0;
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const rows = await runStages(history, {
        stages: [...INPUTS, 'ranking_examples'],
        parameters: P,
      });
      const expected = expectedOf(history, rows);
      expect(rows('ranking_examples').map(textOf).sort()).toEqual(expected);
      examples += expected.length;
    }),
    runs(15, [CROWD]),
  );
  expect(examples).toBeGreaterThan(20);
});

test('what was heard before it was served, or a week later, teaches nothing; what stayed counts', async () => {
  const at = CUTOFF - 20 * DAY_MS;
  const heard = (recordingId: string, occurredAt: number) =>
    event({ recordingId, itemId: `${recordingId}-i0`, occurredAt, receivedAt: occurredAt });
  const serving = (recordingId: string, servedAt: number): Serving => ({
    listenerId: 'l1',
    recordingId,
    servedAt,
    evidence: 'c730a1000',
    artistPlays: 5,
  });
  const history: History = {
    ...NOTHING,
    cutoff: CUTOFF,
    events: [
      heard('known', at - 1),
      heard('known', at + 1),
      heard('late', at + 8 * DAY_MS),
      heard('left', at + HOUR_MS),
      ...[1, 25, 49].map((hours) => heard('stayed', at + hours * HOUR_MS)),
    ],
    impressions: ['known', 'late', 'left', 'stayed'].flatMap((id, place) => [
      impressionRow(serving(id, at), place),
      ...(id === 'known' ? [] : [impressionRow({ ...serving(id, at - DAY_MS), evidence: 's1000' }, place)]),
      impressionRow({ ...serving(id, at + 3 * HOUR_MS), evidence: 'p1000' }, place),
    ]),
  };
  const rows = await runStages(history, { stages: ['ranking_examples'] });
  expect(rows('ranking_examples')).toEqual([
    {
      held_out: false,
      weeks: 2,
      co_listening: 7,
      artist: 10,
      audio: 0,
      tags: 0,
      popularity: 0,
      known_artist: 5,
      new_artist: 0,
      heard: 2,
      retained: 1,
    },
  ]);
});

test.each(['sql', 'kernels'] as const)(
  'pools carry the model, and stand as they are without one (%s)',
  async (heavyStages) => {
    const plays = (listenerId: string, recordings: readonly string[]) =>
      recordings.map((recordingId) =>
        event({ listenerId, recordingId, itemId: recordingId, artistId: `by-${recordingId}` }),
      );
    const history: History = {
      ...NOTHING,
      cutoff: CUTOFF + DAY_MS,
      events: [
        ...plays('l1', ['r1', 'r2']),
        ...plays('l2', ['r1', 'r3']),
        ...plays('l3', ['r2', 'r3', 'r4']),
      ],
    };
    const options = { stages: ['listener_pools'], heavyStages };
    const textsOf = async (parameters: object) =>
      (await runStages(history, { ...options, parameters }))('listener_pools').map(({ pool }) =>
        String(pool),
      );
    const plain = await textsOf({});
    const modelled = await textsOf({ model_artist: -1500, model_known_artist: 2750 });
    expect(plain.join()).not.toContain('model');
    expect(modelled.map((text) => text.replace('\nmodel 0 -1500 0 0 0 2750 0', ''))).toEqual(plain);
    for (const [at, text] of modelled.entries()) {
      expect(text.split('\n')[2]).toBe('model 0 -1500 0 0 0 2750 0');
      expect(parsePool(text).candidates).toHaveLength(parsePool(plain[at] ?? '').candidates.length);
    }
  },
);
