import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSkip, type ListeningEvent } from '../../../shared/domain/event.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { generateCommunity } from '../../../shared/simulation/community.ts';

const END_AT = Date.UTC(2025, 5, 1);
const DAY_MS = 86_400_000;
const community = generateCommunity({ seed: 1, endAt: END_AT });
const events = [...community.events];
const listens = events.filter((event) => event.type === 'listen');
const items = new Map(community.items.map((item) => [item.itemId, item]));
const byListener = Map.groupBy(events, (event) => event.listenerId);

const fingerprint = ({ items, events }: { items: Iterable<unknown>; events: Iterable<unknown> }) => {
  const hash = createHash('sha256');
  for (const list of [items, events]) for (const entry of list) hash.update(JSON.stringify(entry));
  return hash.digest('hex');
};

function entropy(counts: Iterable<number>): number {
  const list = [...counts];
  const total = list.reduce((sum, count) => sum + count, 0);
  return -list.reduce((sum, count) => sum + (count / total) * Math.log(count / total), 0);
}

function countBy<T>(list: Iterable<T>, key: (entry: T) => string): Map<string, number> {
  return new Map([...Map.groupBy(list, key)].map(([name, entries]) => [name, entries.length]));
}

describe('determinism', () => {
  test('equal seed and end give the same community, another seed or end another', () => {
    const small = { endAt: END_AT, listeners: 20, tracks: 300, days: 30 };
    const once = fingerprint(generateCommunity({ seed: 9, ...small }));
    expect(fingerprint(generateCommunity({ seed: 9, ...small }))).toBe(once);
    expect(fingerprint(generateCommunity({ seed: 10, ...small }))).not.toBe(once);
    expect(fingerprint(generateCommunity({ seed: 9, ...small, endAt: END_AT + 1 }))).not.toBe(once);
  });

  test('iterating again gives the same events', () => {
    expect(fingerprint({ items: [], events: community.events })).toBe(fingerprint({ items: [], events }));
  });
});

describe('events', () => {
  test('are about 60 thousand by default', () => {
    expect(events.length).toBeGreaterThan(50_000);
    expect(events.length).toBeLessThan(75_000);
  });

  test('carry valid ids, each event its own', () => {
    expect(new Set(events.map((event) => event.eventId)).size).toBe(events.length);
    const wrong = events.filter((event) =>
      [event.eventId, event.listenerId, event.itemId, event.recordingId, event.artistId ?? ''].some(
        (id) => id.length > 128 || !/^[\x21-\x7e]+$/.test(id),
      ),
    );
    expect(wrong).toEqual([]);
    for (const event of events) {
      expect(event.listenerId).toMatch(/^listener-\d{4}$/);
      const item = items.get(event.itemId);
      if (item?.recordingId !== event.recordingId || item.artistId !== event.artistId)
        throw new Error(`${event.eventId} does not match its item ${event.itemId}.`);
    }
  });

  test('lie within the window and arrive seconds after they occurred, before its end', () => {
    for (const { occurredAt, receivedAt } of events) {
      if (
        occurredAt < END_AT - 90 * DAY_MS ||
        receivedAt >= END_AT ||
        receivedAt <= occurredAt ||
        receivedAt > occurredAt + 10_000 ||
        !Number.isInteger(receivedAt)
      )
        throw new Error(`occurred ${occurredAt}, received ${receivedAt}`);
    }
  });

  test('come in time order for each listener', () => {
    for (const list of byListener.values())
      for (let index = 1; index < list.length; index++)
        expect((list[index]?.occurredAt ?? 0) >= (list[index - 1]?.occurredAt ?? 0)).toBe(true);
  });

  test('listens have whole durations that were not exceeded, feedback has none', () => {
    for (const { type, msPlayed, durationMs } of events) {
      if (type !== 'listen') expect([msPlayed, durationMs]).toEqual([null, null]);
      else if (
        !Number.isInteger(msPlayed) ||
        !(Number(msPlayed) > 0 && Number(msPlayed) <= Number(durationMs))
      )
        throw new Error(`${msPlayed} of ${durationMs} ms`);
    }
  });

  test('include every kind of feedback, and few private sittings', () => {
    const types = countBy(events, (event) => event.type);
    for (const type of ['save', 'unsave', 'like', 'dislike', 'playlist_add', 'search_click'])
      expect(types.get(type) ?? 0, type).toBeGreaterThan(5);
    const hidden = events.filter((event) => event.private).length / events.length;
    expect(hidden).toBeGreaterThan(0.001);
    expect(hidden).toBeLessThan(0.05);
    for (const event of events)
      expect(event.context.playlistId !== undefined).toBe(event.type === 'playlist_add');
  });
});

describe('what the community is like', () => {
  test('25 to 40% of listens are skipped, most of them within 30 s, some without the flag', () => {
    const skipped = listens.filter(isSkip);
    expect(skipped.length / listens.length).toBeGreaterThan(0.25);
    expect(skipped.length / listens.length).toBeLessThan(0.4);
    const early = skipped.filter((event) => (event.msPlayed ?? 0) < 30_000).length / skipped.length;
    expect(early).toBeGreaterThan(0.6);
    expect(early).toBeLessThan(1);
    expect(skipped.some((event) => !event.skipped)).toBe(true);
  });

  test('half to four fifths of listens are repeats of the listener', () => {
    const pairs = new Set(listens.map((event) => `${event.listenerId} ${event.recordingId}`)).size;
    const repeats = 1 - pairs / listens.length;
    expect(repeats).toBeGreaterThan(0.5);
    expect(repeats).toBeLessThan(0.8);
  });

  test('what is familiar is skipped less', () => {
    const heard = new Set<string>();
    const tally = { old: [0, 0], new: [0, 0] };
    for (const event of listens) {
      const key = `${event.listenerId} ${event.itemId}`;
      const side = heard.has(key) ? tally.old : tally.new;
      side[0] = (side[0] ?? 0) + 1;
      side[1] = (side[1] ?? 0) + (isSkip(event) ? 1 : 0);
      heard.add(key);
    }
    const rate = ([all = 0, skipped = 0]: number[]) => skipped / all;
    expect(rate(tally.old)).toBeLessThan(rate(tally.new) * 0.85);
  });

  test('popularity and activity are skewed', () => {
    const gini = (amounts: number[]) => {
      let apart = 0;
      for (const a of amounts) for (const b of amounts) apart += Math.abs(a - b);
      return apart / (2 * amounts.length * amounts.reduce((sum, amount) => sum + amount, 0));
    };
    const plays = countBy(listens, (event) => event.itemId);
    const ofItems = gini(community.items.map((item) => plays.get(item.itemId) ?? 0));
    expect(ofItems).toBeGreaterThan(0.45);
    expect(ofItems).toBeLessThan(0.85);
    const ofListeners = gini([...countBy(listens, (event) => event.listenerId).values()]);
    expect(ofListeners).toBeGreaterThan(0.35);
    expect(ofListeners).toBeLessThan(0.7);
  });

  test('sittings hold several tracks and are more than 30 minutes apart', () => {
    const lengths: number[] = [];
    for (const list of byListener.values()) {
      const sittings = [...Map.groupBy(list, (event) => event.context.sessionId).values()];
      for (const [index, sitting] of sittings.entries()) {
        lengths.push(sitting.filter((event) => event.type === 'listen').length);
        const first = sitting[0]?.occurredAt ?? 0;
        const before = sittings[index - 1]?.at(-1)?.occurredAt ?? Number.NEGATIVE_INFINITY;
        expect(first - before).toBeGreaterThan(30 * 60_000);
        for (let place = 1; place < sitting.length; place++)
          expect((sitting[place]?.occurredAt ?? 0) - (sitting[place - 1]?.occurredAt ?? 0)).toBeLessThan(
            30 * 60_000 + (sitting.length === 2 ? 60 * 60_000 : 0),
          );
      }
    }
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(mean).toBeGreaterThan(4);
    expect(mean).toBeLessThan(15);
  });

  test('consecutive tracks of a sitting are alike in artist, genre and tempo, more than any two of the listener', () => {
    const alike = { next: [0, 0, 0, 0], any: [0, 0, 0, 0] };
    const compare = (a: ListeningEvent, b: ListeningEvent, into: number[]) => {
      const [x, y] = [items.get(a.itemId), items.get(b.itemId)];
      if (!x?.tempo || !y?.tempo || x.genres.length === 0 || x.itemId === y.itemId) return;
      const values = [1, Number(x.artistId === y.artistId), Number(y.genres.includes(x.genres[0] ?? ''))];
      values.push(Math.abs(Math.log2(x.tempo / y.tempo)));
      for (const [index, value] of values.entries()) into[index] = (into[index] ?? 0) + value;
    };
    for (const list of Map.groupBy(listens, (event) => event.listenerId).values())
      for (let index = 1; index < list.length; index++) {
        const [a, b] = [list[index - 1] as ListeningEvent, list[index] as ListeningEvent];
        if (a.context.sessionId === b.context.sessionId) compare(a, b, alike.next);
        compare(list[(index * 7919) % list.length] as ListeningEvent, b, alike.any);
      }
    const rate = (list: number[], index: number) => (list[index] ?? 0) / (list[0] ?? 1);
    expect(rate(alike.next, 1)).toBeGreaterThan(1.5 * rate(alike.any, 1));
    expect(rate(alike.next, 2)).toBeGreaterThan(1.3 * rate(alike.any, 2));
    expect(rate(alike.next, 3)).toBeLessThan(0.8 * rate(alike.any, 3));
  });

  test('each listener has a taste: a genre mix far narrower than the community’s', () => {
    const genreOf = (event: ListeningEvent) => items.get(event.itemId)?.genres[0] ?? '';
    const music = listens.filter((event) => event.itemId.startsWith('track-') && genreOf(event) !== '');
    const global = entropy(countBy(music, genreOf).values());
    const own = [...Map.groupBy(music, (event) => event.listenerId).values()]
      .filter((list) => list.length >= 30)
      .map((list) => entropy(countBy(list, genreOf).values()));
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    expect(global).toBeGreaterThan(2.2);
    expect(mean).toBeLessThan(global * 0.6);
    expect(own.filter((value) => value < global * 0.8).length / own.length).toBeGreaterThan(0.9);
  });

  test('listeners have habits: hours of the day differ between them', () => {
    const hour = (event: ListeningEvent) => String(new Date(event.occurredAt).getUTCHours());
    const global = entropy(countBy(listens, hour).values());
    const own = [...Map.groupBy(listens, (event) => event.listenerId).values()]
      .filter((list) => list.length >= 100)
      .map((list) => entropy(countBy(list, hour).values()));
    expect(own.reduce((sum, value) => sum + value, 0) / own.length).toBeLessThan(global * 0.95);
  });

  test('podcasts are part of it, for some listeners only', () => {
    const episodes = listens.filter((event) => event.itemId.startsWith('episode-'));
    expect(episodes.length / listens.length).toBeGreaterThan(0.002);
    expect(episodes.length / listens.length).toBeLessThan(0.1);
    const listeners = new Set(episodes.map((event) => event.listenerId)).size;
    expect(listeners).toBeGreaterThan(30);
    expect(listeners).toBeLessThan(200);
  });

  test.each([1, 2, 3, 4, 5, 6])('the showcase of seed %i has a rich, recent history', (seed) => {
    const other = generateCommunity({ seed, endAt: END_AT });
    const own = [...other.events].filter((event) => event.listenerId === other.showcase.listenerId);
    expect(own.length).toBeGreaterThan(250);
    expect(new Set(own.map((event) => event.recordingId)).size).toBeGreaterThan(60);
    expect(own.filter((event) => event.type !== 'listen').length).toBeGreaterThan(5);
    expect(own.some((event) => event.itemId.startsWith('episode-'))).toBe(true);
    expect(END_AT - (own.at(-1)?.occurredAt ?? 0)).toBeLessThan(4 * DAY_MS);
    expect((own[0]?.occurredAt ?? 0) - (END_AT - 90 * DAY_MS)).toBeLessThan(14 * DAY_MS);
  });
});

describe('options', () => {
  test('the number of listens is close to what is asked for', () => {
    const some = generateCommunity({ seed: 1, endAt: END_AT, listeners: 400, tracks: 500, listens: 20_000 });
    const made = [...some.events].filter((event) => event.type === 'listen').length;
    expect(made).toBeGreaterThan(18_000);
    expect(made).toBeLessThan(22_000);
  });

  test('one listener with one track and no podcast is possible', () => {
    const least = generateCommunity({
      seed: 1,
      endAt: END_AT,
      listeners: 1,
      tracks: 1,
      episodes: 0,
      days: 1,
    });
    expect(least.showcase.listenerId).toBe('listener-0001');
    expect([...least.events].length).toBeGreaterThan(0);
  });

  test.each([
    ['listeners', 0],
    ['tracks', -1],
    ['days', 1.5],
    ['seed', Number.NaN],
    ['listens', 0],
    ['episodes', -1],
  ])('%s = %d is refused by name', (name, value) => {
    const make = () => generateCommunity({ seed: 1, endAt: END_AT, [name]: value });
    expect(make).toThrow(InvalidInput);
    expect(make).toThrow(`/${name}`);
  });
});
