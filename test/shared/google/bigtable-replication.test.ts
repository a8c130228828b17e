import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../shared/errors.ts';
import { createReplicationBarrier } from '../../../shared/google/bigtable-replication.ts';
import { ManualClock } from '../../contract/manual-clock.ts';

/** Tables that become level after so many looks, as the Admin API tells it; null never does. */
function barrier(looks: Readonly<Record<string, number | null>>, status = 200) {
  const clock = new ManualClock(1_000);
  const asked: string[] = [];
  const left = new Map(Object.entries(looks));
  const wait = createReplicationBarrier({
    project: 'demo',
    instance: 'segue',
    tables: ['listeners', 'pools'],
    clock,
    sleep: async (ms) => clock.advance(ms),
    fetch: async (url, init) => {
      const [, table = '', method = ''] =
        /\/v2\/projects\/demo\/instances\/segue\/tables\/(\w+):(\w+)$/.exec(url) ?? [];
      asked.push(`${table}:${method}`);
      if (status !== 200) return new Response('{"error":{"message":"no"}}', { status });
      if (method === 'generateConsistencyToken') return Response.json({ consistencyToken: `token-${table}` });
      expect(JSON.parse(String(init?.body))).toEqual({ consistencyToken: `token-${table}` });
      const more = left.get(table);
      // Protocol Buffers as JSON leave `false` out.
      if (more === null || more === undefined) return Response.json({});
      left.set(table, more - 1);
      return Response.json(more > 0 ? {} : { consistent: true });
    },
  });
  return { wait, asked, clock };
}

describe('the replication barrier', () => {
  test('opens when every table is level in every cluster, not before', async () => {
    const { wait, asked, clock } = barrier({ listeners: 3, pools: 0 });
    await wait();
    expect(asked.filter((call) => call === 'listeners:checkConsistency')).toHaveLength(4);
    expect(asked.filter((call) => call === 'pools:checkConsistency')).toHaveLength(1);
    expect(clock.now()).toBe(1_000 + 3 * 2_000);
  });

  test('names the table that stays behind, as what may pass later', async () => {
    const { wait } = barrier({ listeners: null, pools: 0 });
    await expect(wait()).rejects.toThrow(TransientError);
    await expect(wait()).rejects.toThrow('listeners');
  });

  test.each([
    [503, TransientError],
    [429, TransientError],
    [403, PermanentError],
  ])('HTTP %s is told as it is', async (status, kind) => {
    await expect(barrier({}, status).wait()).rejects.toThrow(kind);
  });
});
