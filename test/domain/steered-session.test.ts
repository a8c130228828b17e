import { describe, expect, test } from 'vitest';
import { OPEN_BRIEF } from '../../shared/domain/brief.ts';
import {
  idKey,
  isExpired,
  isFull,
  recordTurn,
  SESSION_LIMITS,
  type SessionState,
  type SessionTurn,
  startSession,
  turnSeen,
} from '../../shared/domain/steered-session.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;

const begun = (barred: readonly string[] = []): SessionState =>
  startSession({
    id: 's',
    listenerId: 'ann',
    brief: OPEN_BRIEF,
    briefBy: 'seeds',
    prompt: null,
    seeds: { tracks: [], artists: [] },
    barred,
    now: NOW,
  });

const turnOf = (turnId: string, items: readonly string[], at = NOW): Omit<SessionTurn, 'turn'> => ({
  turnId,
  at,
  feedback: [],
  steer: null,
  patch: [],
  unmet: [],
  served: items.map((itemId) => ({
    itemId,
    recordingId: `rec-${itemId}`,
    artistId: `artist-${itemId}`,
    parts: { brief: 1 },
    reasons: [],
  })),
});

const taken = (state: SessionState, turnId: string, items: readonly string[], answer = '{}', at = NOW) =>
  recordTurn(state, turnOf(turnId, items, at), { request: `body of ${turnId}`, answer });

describe('turns of a session', () => {
  test('what was served is barred by item and by recording, what was not is not', () => {
    const state = taken(begun(['seed']), 't1', ['a', 'b']);
    for (const id of ['seed', 'a', 'b', 'rec-a', 'rec-b']) expect(state.barred).toContain(idKey(id));
    expect(state.barred).not.toContain(idKey('c'));
    expect(state).toMatchObject({ turns: 1, tracks: 2, lastArtists: ['artist-b', 'artist-a'] });
  });

  test('the same turn is known by its id and body, another body is a conflict', () => {
    const state = taken(taken(begun(), 't1', ['a']), 't2', ['b']);
    expect(turnSeen(state, 't1', 'body of t1')).toEqual({ repeats: 0 });
    expect(turnSeen(state, 't2', 'body of t2')).toEqual({ repeats: 1 });
    expect(turnSeen(state, 't2', 'body of t1')).toBe('conflict');
    expect(turnSeen(state, 't3', 'body of t3')).toBe('new');
  });

  test('it expires thirty days after its last turn, not after its first', () => {
    const state = taken(begun(), 't1', ['a'], '{}', NOW + 10 * DAY);
    expect(isExpired(begun(), NOW + 30 * DAY - 1)).toBe(false);
    expect(isExpired(begun(), NOW + 30 * DAY)).toBe(true);
    expect(isExpired(state, NOW + 40 * DAY - 1)).toBe(false);
    expect(isExpired(state, NOW + 40 * DAY)).toBe(true);
  });

  test('the latest answers and turns are kept as far as they fit, the newest always', () => {
    let state = begun();
    const large = JSON.stringify({ text: 'ü'.repeat(40_000) });
    for (let i = 0; i < 10; i++) state = taken(state, `t${i}`, [`i${i}`], large);
    expect(state.answers.map(({ turn }) => turn)).toEqual([9, 8]);
    expect(state.history.map(({ turn }) => turn)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const huge = taken(state, 'huge', ['x'], JSON.stringify({ text: 'x'.repeat(900_000) }));
    expect(huge.answers.map(({ turn }) => turn)).toEqual([10]);
  });

  test('a session at all its limits stays within a document of 900 kB', () => {
    const wide = (i: number) => `${'長'.repeat(40)}${i}`;
    let state = startSession({
      ...begun(),
      prompt: 'ü'.repeat(2_000),
      seeds: { tracks: Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(128, 'x')), artists: [] },
      barred: Array.from({ length: SESSION_LIMITS.barred }, (_, i) => `item ${i}`),
      average: {
        ...begun().average,
        genres: Array.from({ length: 100 }, (_, i) => [wide(i), -0.123456789012345] as const),
        artists: Array.from({ length: 100 }, (_, i) => [`${i}`.padEnd(128, 'a'), 0.123456789012345] as const),
      },
      now: NOW,
    });
    expect(isFull(state)).toBe(true);
    state = {
      ...state,
      log: Array.from({ length: SESSION_LIMITS.turns }, (_, i) => idKey(`${i}`).repeat(2)),
    };
    const answer = JSON.stringify({
      items: Array.from({ length: 50 }, (_, i) => ({ title: wide(i), '"': '"' })),
    });
    for (let i = 0; i < 120; i++)
      state = taken(
        state,
        `t${i}`.padEnd(128, 'x'),
        Array.from({ length: 50 }, (_, k) => `${i}-${k}`),
        answer,
      );
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(900_000);
    expect(state.history.length).toBeGreaterThan(1);
  });
});
