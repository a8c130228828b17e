/** Each audit fails where its table is damaged, and nothing else does; drift and volume wait for a history. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditReport } from '../../../functions/rebuild/audit.ts';
import type { Build } from '../../../functions/rebuild/builds.ts';
import { BloomFilter } from '../../../shared/domain/bloom.ts';
import { parseCandidates } from '../../../shared/domain/candidate.ts';
import type { ListeningEvent } from '../../../shared/domain/event.ts';
import { DAY_MS } from '../../../shared/domain/time.ts';
import type { StageResult } from '../../../shared/ports/warehouse.ts';
import { AUDITS, HISTORY_NEEDED, SCORE_BUCKETS, VOLUME_STAGES } from '../../../shared/sql/audits.ts';
import { CUTOFF, historyOf } from '../../shared/sql/any-history.ts';
import { type History, NOTHING } from '../../shared/sql/stage-fixture.ts';
import { DamagedBuild } from './damaged-build.ts';

const failed = ({ results }: AuditReport) => results.filter(({ passed }) => !passed).map(({ name }) => name);

const COMMUNITY = historyOf({ seed: 21, listeners: 14, recordings: 40, runs: 6 });
const SHARED_ID = (listenerId: string) => listenerId.endsWith('b');
const WHOLE: History = {
  ...COMMUNITY,
  events: COMMUNITY.events.filter(({ listenerId }) => !SHARED_ID(listenerId)),
  controls: [],
  erasures: [],
};

describe('a whole build', () => {
  let build: DamagedBuild;
  beforeAll(async () => {
    build = await DamagedBuild.of(WHOLE);
  });
  afterAll(() => build.close());

  test('passes every audit', async () => {
    const report = await build.auditAfter([]);
    expect(failed(report)).toEqual([]);
    expect(report.results.map(({ name }) => name)).toEqual([
      ...AUDITS.map(({ name }) => name),
      'coverage',
      'bloom-canary',
      'ranking-model',
    ]);
    const { rows } = build.stages.neighbours as StageResult;
    expect(rows).toBeGreaterThan(0);
    expect(report.scoreShares).toHaveLength(SCORE_BUCKETS);
    expect(report.scoreShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  const twice = (table: string) => [`INSERT INTO ${table} SELECT * FROM ${table} LIMIT 1`];
  const dangling = (table: string, column: string) => [
    `UPDATE ${table} SET ${column} = 999999 WHERE rowid = (SELECT MIN(rowid) FROM ${table})`,
  ];
  const blank = (table: string, column: string, value: string) => [
    `UPDATE ${table} SET ${column} = ${value} WHERE rowid = (SELECT MAX(rowid) FROM ${table})`,
  ];
  const REPEATED = `INSERT INTO listening SELECT l.* FROM listening AS l
    JOIN listeners AS u ON u.lid = l.lid
    JOIN repeated_events AS r ON r.event_id = l.event_id AND r.listener_id = u.listener_id LIMIT 1`;

  test.each<[damage: string, audits: readonly string[], statements: readonly string[]]>([
    ['a listener twice', ['unique:listeners'], twice('listeners')],
    ['a recording twice', ['unique:recordings'], twice('recordings')],
    ['an artist twice', ['unique:artists'], twice('artists')],
    ['a pool twice', ['unique:listener_pools'], twice('listener_pools')],
    ['a heard filter twice', ['unique:heard_filters'], twice('heard_filters')],
    ['a history twice', ['unique:recent_history'], twice('recent_history')],
    ['a taste twice', ['unique:taste_profiles'], twice('taste_profiles')],
    ['an item twice', ['unique:related_items'], twice('related_items')],
    ['a shared pool twice', ['unique:shared_pools'], twice('shared_pools')],
    ['a shard twice', ['unique:catalogue_shards'], twice('catalogue_shards')],
    ['a taste of NULL', ['present:taste_profiles.taste'], blank('taste_profiles', 'taste', 'NULL')],
    ['a neighbour nobody has', ['refers:neighbours.neighbour'], dangling('neighbours', 'neighbour')],
    ['a sound nobody has', ['refers:audio_neighbours.neighbour'], dangling('audio_neighbours', 'neighbour')],
    ['a next track nobody has', ['refers:transitions.next_tid'], dangling('transitions', 'next_tid')],
    ['a seed nobody has', ['refers:seeds.tid'], dangling('seeds', 'tid')],
    ['a repeated event twice', ['dedupe'], [REPEATED]],
    [
      'a listener without a heard filter',
      ['heard', 'bloom-canary'],
      ['DELETE FROM heard_filters WHERE rowid = 0'],
    ],
    [
      'a ranking model that does worse than the weights it replaces',
      ['ranking-model'],
      ["UPDATE ranking_model SET line = 'model 1 0 0 0 0 0 0', auc = 600, configured_auc = 601"],
    ],
    ['no ranking model', ['ranking-model'], ['DELETE FROM ranking_model']],
    ['pools without candidates', ['coverage'], ['UPDATE listener_pools SET candidates = 0']],
    ['no pools', ['coverage'], ['DELETE FROM listener_pools']],
  ])('with %s fails %j and nothing else', async (_, audits, statements) => {
    expect(failed(await build.auditAfter(statements))).toEqual(audits);
  });

  test('with a filter of NULL is told so instead of served', async () => {
    await expect(build.auditAfter(blank('heard_filters', 'heard', 'NULL'))).rejects.toThrow(/Bloom|expected/);
  });

  test('with any set bit of a heard filter cleared fails the canary', async () => {
    const [row] = await build.space.query(
      'SELECT listener_id, heard FROM heard_filters ORDER BY listener_id LIMIT 1',
    );
    const [m, k, bits] = String(row?.heard).split('.');
    const bytes = Buffer.from(String(bits), 'base64');
    for (let bit = 0; bit < Math.min(Number(m), 24); bit++) {
      if (((bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) continue;
      const dropped = Buffer.from(bytes);
      dropped[bit >> 3] = (dropped[bit >> 3] ?? 0) & ~(1 << (bit & 7));
      const heard = `${m}.${k}.${dropped.toString('base64')}`;
      const report = await build.auditAfter([
        `UPDATE heard_filters SET heard = '${heard}' WHERE listener_id = '${row?.listener_id}'`,
      ]);
      expect(failed(report), `bit ${bit}`).toEqual(['bloom-canary']);
    }
  });

  test('with something heard in a pool fails the canary', async () => {
    const [row] = await build.space.query(
      `SELECT p.listener_id, p.pool, r.recent FROM listener_pools AS p
       JOIN recent_history AS r ON r.listener_id = p.listener_id WHERE p.candidates > 0 ORDER BY p.listener_id LIMIT 1`,
    );
    const heard = String(row?.recent).split('\t')[0] ?? '';
    expect(BloomFilter.of([heard]).has(heard)).toBe(true);
    const pool = `${row?.pool}\n${heard}\t\t\t\t..\t1\t0\tp1`;
    expect(parseCandidates(pool).at(-1)?.recordingId).toBe(heard);
    const report = await build.auditAfter([
      `UPDATE listener_pools SET pool = '${pool.replaceAll("'", "''")}' WHERE listener_id = '${row?.listener_id}'`,
    ]);
    expect(failed(report)).toEqual(['bloom-canary']);
  });

  test('is not failed by a waived audit, by its name or by its group, and still says what was wrong', async () => {
    for (const accept of ['unique:artists', 'unique']) {
      const { results } = await build.auditAfter(twice('artists'), { accept: [accept] });
      expect(results.find(({ name }) => name === 'unique:artists')).toMatchObject({
        passed: false,
        waived: true,
        detail: '1: artists holds two rows for one artist_id',
      });
      expect(results.filter(({ waived }) => waived)).toHaveLength(1);
    }
    const { results } = await build.auditAfter(twice('artists'), { accept: ['unique:listeners', 'uni'] });
    expect(results.some(({ waived }) => waived)).toBe(false);
  });

  const published = (age: number, fields: Partial<Build> = {}): Build => ({
    id: `build-${age}`,
    cutoff: CUTOFF - age * DAY_MS,
    status: 'published',
    publishes: true,
    parametersVersion: 'test',
    parameters: {},
    stages: build.stages,
    audits: [],
    scoreShares: [],
    artistExposure: null,
    identity: createHash('sha256').update(String(age)).digest('hex'),
    cells: 0,
    startedAt: 0,
    finishedAt: 0,
    ...fields,
  });

  const nightly = (count: number, fields: Partial<Build> = {}) =>
    Array.from({ length: count }, (_, index) => published(count - index, fields));

  const times = (factor: number): Record<string, StageResult> =>
    Object.fromEntries(
      Object.entries(build.stages).map(([name, { rows, ms }]) => [name, { rows: rows * factor, ms }]),
    );

  const VOLUMES = VOLUME_STAGES.map((stage) => `volume:${stage}`);

  test('is judged by volume and drift from the seventh on', async () => {
    const { scoreShares } = await build.auditAfter([]);
    const judged = ({ results }: AuditReport) =>
      results.map(({ name }) => name).filter((name) => name === 'psi' || name.startsWith('volume'));
    const sixth = await build.auditAfter([], { history: nightly(HISTORY_NEEDED - 1, { stages: times(9) }) });
    expect(judged(sixth)).toEqual([]);
    const seventh = await build.auditAfter([], { history: nightly(HISTORY_NEEDED, { scoreShares }) });
    expect(HISTORY_NEEDED).toBe(6);
    expect(judged(seventh)).toEqual([...VOLUMES, 'psi']);
    expect(failed(seventh)).toEqual([]);
  });

  test.each([
    ['within thirty percent of', 1.29, false],
    ['thirty percent below', 1.45, true],
    ['thirty percent above', 0.76, true],
    ['as much as', 1, false],
  ])('with rows %s the median of the week', async (_, factor, fails) => {
    const { scoreShares } = await build.auditAfter([]);
    const report = await build.auditAfter([], {
      history: nightly(6, { scoreShares, stages: times(factor) }),
    });
    expect(failed(report)).toEqual(fails ? VOLUMES : []);
  });

  test('is measured by the median of this week alone', async () => {
    const { scoreShares } = await build.auditAfter([]);
    const old = Array.from({ length: 6 }, (_, index) =>
      published(20 - index, { scoreShares, stages: times(9) }),
    );
    const outlier = published(1, { scoreShares, stages: times(9) });
    const history = [...old, ...nightly(6, { scoreShares }).slice(0, 5), outlier];
    expect(failed(await build.auditAfter([], { history }))).toEqual([]);
  });

  test('that gives its first places to far fewer artists fails, also beside builds that did not measure it', async () => {
    const many = await DamagedBuild.of(historyOf({ seed: 5, listeners: 40, recordings: 60, runs: 6 }));
    try {
      const { scoreShares, artistExposure } = await many.auditAfter([]);
      expect(artistExposure).toBeGreaterThan(0);
      const exposed = Number(artistExposure);
      const judgedBeside = async (usual: number | null) => {
        const measured = nightly(6, { scoreShares, artistExposure: usual, stages: many.stages });
        const { artistExposure: _, ...older } = published(8, { scoreShares });
        const { results } = await many.auditAfter([], { history: [older as Build, ...measured] });
        return results.find(({ name }) => name === 'artist-exposure')?.passed;
      };
      expect(await judgedBeside(exposed - 0.11)).toBe(false);
      expect(await judgedBeside(exposed - 0.09)).toBe(true);
      expect(await judgedBeside(exposed + 0.3)).toBe(true);
      expect(await judgedBeside(null)).toBeUndefined();
    } finally {
      await many.close();
    }
  });

  test('of a handful of listeners tells nothing of exposure', async () => {
    expect((await build.auditAfter([])).artistExposure).toBeNull();
  });

  test('that drifted in its scores fails until that is waived', async () => {
    const elsewhere = Array.from({ length: SCORE_BUCKETS }, (_, bucket) => (bucket === 0 ? 1 : 0));
    const history = nightly(6, { scoreShares: elsewhere });
    expect(failed(await build.auditAfter([], { history }))).toEqual(['psi']);
    const { results } = await build.auditAfter([], { history, accept: ['volume', 'psi'] });
    expect(results.filter(({ passed, waived }) => !passed && waived !== true)).toEqual([]);
  });

  test('that shrank is waived by the name of the group', async () => {
    const { scoreShares } = await build.auditAfter([]);
    const history = nightly(6, { scoreShares, stages: times(3) });
    const { results } = await build.auditAfter([], { history, accept: ['volume'] });
    expect(results.filter(({ waived }) => waived).map(({ name }) => name)).toEqual(VOLUMES);
  });
});

const listen = WHOLE.events.find(({ type }) => type === 'listen') as ListeningEvent;

test.each<[what: string, history: History]>([
  ['nothing', { ...NOTHING, cutoff: CUTOFF }],
  ['a catalogue nobody heard', { ...NOTHING, items: WHOLE.items, cutoff: CUTOFF }],
  [
    'two listeners whose players chose one event id',
    { ...WHOLE, events: [listen, { ...listen, listenerId: 'other' }] },
  ],
  [
    'a listener who only searched',
    { ...WHOLE, events: [listen, { ...listen, listenerId: 'other', type: 'search_click' }] },
  ],
  [
    'a listener who only saved',
    { ...WHOLE, events: [listen, { ...listen, listenerId: 'other', type: 'save' }] },
  ],
  ['one listener who has heard all there is', { ...NOTHING, events: [listen], cutoff: CUTOFF }],
  ['a community with controls, erasures and shared ids', COMMUNITY],
])('a build of %s passes', async (_, history) => {
  const build = await DamagedBuild.of(history);
  const report = await build.auditAfter([]);
  await build.close();
  expect(failed(report)).toEqual([]);
});
