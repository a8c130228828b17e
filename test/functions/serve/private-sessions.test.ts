import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPrivateSessions } from '../../../shared/rows/private-sessions.ts';
import { controlOf, type Harness, NOW, openServe } from './harness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let h: Harness;
beforeEach(() => {
  h = openServe();
});
afterEach(() => h.close());

const put = (kind: string, target: string) => h.request(controlOf(kind, target), { method: 'PUT' });
const take = (kind: string, target: string) => h.request(controlOf(kind, target), { method: 'DELETE' });

describe('private sessions', () => {
  const sessions = async () => (await createPrivateSessions(h.rows).of(['ann', 'bob'])).get('ann') ?? [];
  const covers = async (at: number) =>
    (await sessions()).some(({ from, until }) => at >= from && (until === null || at < until));

  test('an interval stays private after it ended, by DELETE or by time', async () => {
    await put('private-session', 'phone');
    h.clock.advance(HOUR);
    await take('private-session', 'phone');
    expect(await covers(NOW)).toBe(true);
    expect(await covers(NOW + HOUR - 1)).toBe(true);
    expect(await covers(NOW + HOUR)).toBe(false);
    expect(await covers(NOW - 1)).toBe(false);
  });

  test('an earlier session is still private when a later one of the same name began', async () => {
    await put('private-session', 'phone');
    h.clock.advance(HOUR);
    await take('private-session', 'phone');
    h.clock.advance(DAY);
    await put('private-session', 'phone');
    expect(await covers(NOW + HOUR / 2)).toBe(true);
    expect(await covers(NOW + 2 * HOUR)).toBe(false);
    expect(await covers(NOW + HOUR + DAY)).toBe(true);
    expect(await covers(NOW + HOUR + DAY + 6 * HOUR)).toBe(false);
  });

  test('one that runs out by itself covers exactly its six hours; renewing it keeps its beginning', async () => {
    await put('private-session', 'phone');
    h.clock.advance(HOUR);
    expect((await put('private-session', 'phone')).body.from).toBe(new Date(NOW).toISOString());
    h.clock.advance(DAY);
    expect(await covers(NOW)).toBe(true);
    expect(await covers(NOW + 7 * HOUR - 1)).toBe(true);
    expect(await covers(NOW + 7 * HOUR)).toBe(false);
    expect(await sessions()).toHaveLength(1);
  });

  test('a listener who never had one is not among the answers', async () => {
    await put('dislike', 'rec');
    expect(await createPrivateSessions(h.rows).of(['ann', 'nobody'])).toEqual(new Map());
    expect(await createPrivateSessions(h.rows).of([])).toEqual(new Map());
  });
});
