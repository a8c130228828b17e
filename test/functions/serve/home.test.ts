import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Home, HomeSchema } from '../../../shared/api/home.ts';
import { ACTIVE, controlOf, type Harness, NOW, openServe } from './harness.ts';
import { historyText, poolText, someLines } from './pool-text.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** One line of the catalogue as a build publishes it. */
const indexed = (item: string, kind: string, title: string, show: string, recording = '') =>
  [item, recording, kind, title, show, show, '', '', '', '', '', '', '', '2026', '', '1800000', '500'].join(
    '\t',
  );

let h: Harness;
beforeEach(async () => {
  h = openServe();
  await h.putListener('ann', ACTIVE, {
    pool: poolText(someLines('new', 40, { evidence: 'c900.0' }), ['seed']),
    recent: historyText(['rec-old1', 'rec-old2', 'rec-loved'], 20_400, ['rec-loved']),
  });
  await h.putRelated('liked', ACTIVE, [
    ...someLines('near', 12, { evidence: 'c800' }),
    ...someLines('new', 3),
  ]);
  await h.rows.write('pools', [
    {
      key: 'search#0000',
      family: 'build',
      qualifier: 'items',
      timestamp: ACTIVE,
      value: [
        indexed('old1', 'track', 'Old one', 'band', 'rec-old1'),
        indexed('old2', 'track', 'Old two', 'band', 'rec-old2'),
        indexed('loved', 'track', 'Loved', 'band', 'rec-loved'),
        ...Array.from({ length: 12 }, (_, i) => indexed(`ep${i + 1}`, 'episode', `${i + 1}. About`, 'show')),
        ...Array.from({ length: 3 }, (_, i) =>
          indexed(`other${i + 1}`, 'episode', `${i + 1}. More`, 'other'),
        ),
      ].join('\n'),
    },
  ]);
  await h.learn(
    { itemId: 'liked', title: 'The liked song' },
    { itemId: 'ep2', title: '2. About', artist: 'Show' },
  );
  await h.publishBuilds(ACTIVE);
});
afterEach(() => h.close());

const home = async (query = '', listener = 'ann') => {
  const { status, body } = await h.request(`/v1/listeners/${listener}/home${query}`);
  expect(status).toBe(200);
  return HomeSchema.parse(body) as Home;
};
const shelf = (body: Home, id: string) => body.shelves.find((one) => one.id === id);
const idsOf = (body: Home, id: string) => shelf(body, id)?.items.map(({ itemId }) => itemId) ?? [];
const episode = (itemId: string, at: number, msPlayed = 1_800_000) => ({
  itemId,
  eventId: `${itemId}-${at}`,
  occurredAt: at,
  receivedAt: at,
  msPlayed,
  durationMs: 1_800_000,
});

describe('home', () => {
  test('has every shelf there is something for, no item twice, each with its reason and place', async () => {
    await h.live({ itemId: 'liked' }, episode('ep1', NOW - HOUR));
    const body = await home();
    expect(new Set(body.shelves.map(({ id }) => id))).toEqual(
      new Set([
        'made-for-you',
        'jump-back-in',
        'discover',
        'because-you-listened',
        'forgotten-favourites',
        'podcasts',
      ]),
    );
    expect(body.degraded).toEqual([]);
    const items = body.shelves.flatMap(({ items }) => items);
    expect(new Set(items.map(({ recordingId }) => recordingId)).size).toBe(items.length);
    for (const [place, { items }] of body.shelves.entries())
      for (const [at, item] of items.entries()) {
        expect(item.position).toBe(100 * place + at);
        expect(item.reason).not.toBe('');
        expect(item.impressionId).toBe(body.impressionId);
      }
    expect(idsOf(body, 'forgotten-favourites')).toEqual(['loved']);
    expect(shelf(body, 'because-you-listened')?.title).toBe('Because you listened to The liked song');
    expect(idsOf(body, 'jump-back-in')).toEqual(['liked', 'old1', 'old2']);
    for (const id of ['discover', 'because-you-listened'])
      for (const item of shelf(body, id)?.items ?? []) expect(item.notion).toBe('new_track');
    const { data } = h.published.find(({ topic }) => topic === 'impressions') as {
      data: { items: unknown[] };
    };
    expect(data.items).toHaveLength(items.length);
    for (const { score, scoreParts } of body.shelves)
      expect(score).toBeCloseTo(scoreParts.stream * scoreParts.reward * scoreParts.variety, 3);
  });

  test('what came out lately by artists they like has a shelf of its own, until it is heard', async () => {
    const lines = [
      ...someLines('new', 40, { evidence: 'c900.0' }),
      ...someLines('out', 3, { evidence: 'c950.0a800.0r500.0', artist: 'band', score: 500 }),
    ];
    const pool = poolText(lines, ['seed'], ['band']);
    await h.putListener('ann', ACTIVE, { pool, recent: historyText(['rec-old1']) });
    const body = await home();
    expect(shelf(body, 'new-releases')).toMatchObject({
      title: 'New releases',
      items: [
        { itemId: 'out0', source: 'release', reason: 'New from an artist you like', notion: 'new_track' },
        { itemId: 'out1', seeds: ['band'] },
        { itemId: 'out2' },
      ],
    });
    await h.live({ itemId: 'out0', recordingId: 'out0', artistId: 'band' });
    expect(idsOf(await home(), 'new-releases')).toEqual(['out1', 'out2']);
  });

  test('podcasts: what was broken off goes on, what was heard is followed by the next, what was saved is followed', async () => {
    await h.live(episode('ep1', NOW - 3 * HOUR), episode('ep2', NOW - 2 * HOUR, 600_000));
    const [current] = shelf(await home(), 'podcasts')?.items ?? [];
    expect(current).toMatchObject({ itemId: 'ep2', kind: 'episode', progressMs: 600_000, title: '2. About' });
    await h.live(episode('ep2', NOW - HOUR));
    expect(idsOf(await home(), 'podcasts')).toEqual(['ep3']);
    await h.live({ itemId: 'other1', type: 'save', eventId: 'save' });
    expect(idsOf(await home(), 'podcasts')).toEqual(['ep3', 'other1']);
    // Numbers are numbers: the tenth comes after the ninth.
    await h.live(episode('ep9', NOW - HOUR / 2));
    expect(idsOf(await home(), 'podcasts')[0]).toBe('ep10');
    await h.live(episode('ep12', NOW - HOUR / 4));
    expect(idsOf(await home(), 'podcasts')).toEqual(['other1']);
  });

  test('a listener who hears podcasts on weekday mornings finds them on top then, and not at night', async () => {
    // NOW is a Sunday noon; the weeks before it, eight in the morning from Monday to Friday.
    const mornings = Array.from({ length: 20 }, (_, day) => NOW - (day + 1) * DAY - 4 * HOUR).filter(
      (at) => ![0, 6].includes(new Date(at).getUTCDay()),
    );
    await h.live(
      ...mornings.map((at) => episode('ep1', at)),
      ...mornings.map((at, i) => ({
        ...episode('liked', at + 13 * HOUR, 200_000),
        eventId: `music${i}`,
        durationMs: 200_000,
      })),
    );
    const top = async () => (await home()).shelves[0]?.id;
    const stream = async (query = '') => shelf(await home(query), 'podcasts')?.scoreParts.stream ?? 0;
    h.clock.advance(20 * HOUR);
    expect(await top()).toBe('podcasts');
    expect(await stream()).toBeGreaterThan(await stream('?weekday=6'));
    // A clock four hours behind reads four now, and read four when they listened.
    expect(await stream('?hour=4')).toBe(await stream());
    expect(await stream('?device=car')).toBeGreaterThan(await stream('?device=tv'));
    h.clock.advance(13 * HOUR);
    expect(await top()).not.toBe('podcasts');
  });

  test('a shelf is worth less to a listener who skips what is like it', async () => {
    const reward = async () => shelf(await home(), 'discover')?.scoreParts.reward ?? 0;
    const before = await reward();
    await h.live(
      ...Array.from({ length: 30 }, (_, i) => ({
        itemId: `unknown${i}`,
        eventId: `skip${i}`,
        skipped: true,
        occurredAt: NOW - DAY,
        receivedAt: NOW - DAY,
      })),
      ...Array.from({ length: 30 }, (_, i) => ({
        itemId: 'liked',
        eventId: `play${i}`,
        occurredAt: NOW - DAY / 2,
        receivedAt: NOW - DAY / 2,
      })),
    );
    expect(await reward()).toBeLessThan(before / 2);
  });

  test('nothing that was ruled out or heard is on a shelf of discoveries', async () => {
    await h.live({ itemId: 'liked' });
    const [first = '', second = ''] = idsOf(await home(), 'discover');
    await h.request(controlOf('dislike', first), { method: 'PUT' });
    await h.live({ itemId: second });
    const body = await home();
    for (const id of ['discover', 'because-you-listened']) {
      expect(idsOf(body, id)).not.toContain(first);
      expect(idsOf(body, id)).not.toContain(second);
    }
    expect(idsOf(body, 'jump-back-in')[0]).toBe(second);
    await h.request(controlOf('do-not-recommend', 'liked'), { method: 'PUT' });
    expect(idsOf(await home(), 'jump-back-in')).not.toContain('liked');
  });

  test('a stranger has popularity to discover, and no shelf is empty', async () => {
    await h.putPopular(ACTIVE, someLines('pop', 20));
    const body = await home('', 'stranger');
    expect(idsOf(body, 'discover')).toHaveLength(10);
    for (const { items } of body.shelves) expect(items.length).toBeGreaterThan(0);
    expect((await home('?items=3', 'stranger')).shelves.every(({ items }) => items.length <= 3)).toBe(true);
  });

  test.each([
    ['hour=24', '/query/hour'],
    ['weekday=0', '/query/weekday'],
    ['device=toaster', '/query/device'],
    ['items=0', '/query/items'],
  ])('?%s is refused by name', async (query, pointer) => {
    const { status, body } = await h.request(`/v1/listeners/ann/home?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0]?.pointer).toBe(pointer);
  });

  test('without the catalogue of the build, or the row, it says what it misses', async () => {
    h.deps.snapshots.read = () => Promise.reject(new Error('away'));
    const body = await home();
    expect(body.degraded).toEqual(['snapshot']);
    expect(idsOf(body, 'discover').length).toBeGreaterThan(0);
    h.faults.set('rows.read:listeners', new Error('away'));
    const blind = await home();
    expect(blind.degraded).toContain('listener');
    expect(blind.shelves).toEqual([]);
  });
});
