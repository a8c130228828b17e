/** A cut of a small history: what is ranked is known before the cut, and the same however the history is ordered. */
import { describe, expect, test } from 'vitest';
import { type ListenerHistory, rankCut } from '../../infra/local/evaluate-timeline.ts';
import { EVENT_VERSION, type ListeningEvent } from '../../shared/domain/event.ts';
import { bareItem, type CatalogueItem } from '../../shared/domain/item.ts';
import { DAY_MS } from '../../shared/domain/time.ts';

const ENGINE = { threads: 1, memory: '512MB' };
const CUT = 1_000 * DAY_MS;

const item = (id: string, artistId: string, source: string): CatalogueItem => ({
  ...bareItem(id, source, 0),
  recordingId: id,
  kind: id.startsWith('episode') ? 'episode' : 'track',
  title: id,
  artist: artistId,
  artistId,
});

const play = (recordingId: string, artistId: string, days: number, msPlayed = 60_000): ListeningEvent => ({
  version: EVENT_VERSION,
  type: 'listen',
  eventId: `${recordingId}@${days}`,
  listenerId: 'me',
  itemId: recordingId,
  recordingId,
  artistId,
  occurredAt: CUT + days * DAY_MS,
  receivedAt: CUT + 900 * DAY_MS,
  msPlayed,
  durationMs: null,
  skipped: false,
  plays: 1,
  private: false,
  context: {},
  source: 'history',
});

// Old was played often long ago, fresh twice of late, once in between, spurned was mostly skipped.
const EVENTS = [
  ...Array.from({ length: 3 }, (_, day) => play('old', 'a1', -90 - day)),
  ...Array.from({ length: 2 }, (_, day) => play('fresh', 'a1', -1 - day)),
  play('once', 'a2', -20),
  play('spurned', 'a2', -3),
  play('spurned', 'a2', -2, 1_000),
  play('spurned', 'a2', -1, 1_000),
  play('episode1', 'show', -4),
  play('fresh', 'a1', 1),
  play('later', 'a1', 2),
  play('known1', 'a1', 3),
];
const ITEMS = [
  ...['old', 'fresh', 'later'].map((id) => item(id, 'a1', 'history')),
  ...['once', 'spurned'].map((id) => item(id, 'a2', 'history')),
  item('episode1', 'show', 'history'),
  ...['known1', 'known2'].map((id) => item(id, 'a1', 'catalogue')),
  item('other', 'a9', 'catalogue'),
];
const HISTORY: ListenerHistory = { events: EVENTS, items: ITEMS, features: [] };
const OPTIONS = { cutAt: CUT, testDays: 14, seed: 1 };
const rankBy = async (history: ListenerHistory) => {
  const cut = await rankCut(ENGINE, history, OPTIONS);
  return { ...cut, lists: new Map(cut.rankers.map(({ name, rank }) => [name, rank('me')])) };
};

describe('rankCut', { timeout: 120_000 }, () => {
  test('ranks what was known before the cut: the familiar by activation, then what was never heard', async () => {
    const { lists, reachable, timeline } = await rankBy(HISTORY);
    expect([...lists.keys()]).toEqual([
      'segue',
      'popularity',
      'recency',
      'frequency',
      'artist popularity',
      'random',
    ]);
    const segue = lists.get('segue') ?? [];
    expect(segue.slice(0, 3)).toEqual(['fresh', 'once', 'old']);
    expect(segue.slice(3).toSorted()).toEqual(['known1', 'known2', 'other']);
    expect(lists.get('artist popularity')).toEqual(['known1', 'known2']);
    expect(lists.get('random')?.toSorted()).toEqual(['known1', 'known2', 'other']);
    expect([...(timeline.listeners.get('me')?.relevant ?? [])].toSorted()).toEqual([
      'fresh',
      'known1',
      'later',
    ]);
    expect(reachable.has('known1')).toBe(true);
    expect(reachable.has('later')).toBe(false);
    expect(reachable.has('episode1')).toBe(false);
    for (const list of lists.values()) expect(list).not.toContain('later');
  });

  test('neither the order of the history nor what comes after the cut changes a list', async () => {
    const { lists } = await rankBy(HISTORY);
    const turned = { ...HISTORY, events: EVENTS.toReversed() };
    expect((await rankBy(turned)).lists).toEqual(lists);
    const future = [...EVENTS, play('other', 'a9', 5), play('spurned', 'a2', 6)];
    expect((await rankBy({ ...HISTORY, events: future })).lists).toEqual(lists);
  });
});
