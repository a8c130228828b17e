import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildIdOf } from '../../../shared/domain/build-id.ts';
import {
  ACTIVE,
  BUILDS,
  type Harness,
  itemsOf,
  NOW,
  nextUp,
  OLDER,
  OLDEST,
  openServe,
  weekly,
} from './harness.ts';
import { type PoolLine, someLines } from './pool-text.ts';

let h: Harness;
beforeEach(() => {
  h = openServe();
});
afterEach(() => h.close());

/** Everything a build says, each item named for its build. */
async function putBuild(name: string, at: number, listeners: readonly string[]): Promise<void> {
  const lines = (part: string, count: number): PoolLine[] => someLines(`${name}-${part}`, count);
  for (const listener of listeners) await h.putPool(listener, at, lines('own', 4));
  await h.putPopular(at, lines('popular', 40));
  await h.putRelated('seed', at, lines('related', 4));
  await h.putRelated('played', at, lines('live', 4));
}
const nameOf = (at: number) => ['oldest', 'older', 'active'][BUILDS.indexOf(at)] ?? '?';
const buildsOf = (items: readonly string[]) => [...new Set(items.map((item) => item.split('-')[0]))];

const surfaces = [nextUp('?limit=100'), nextUp('?seed=seed&limit=100'), '/v1/tracks/seed/similar'];

describe('every answer comes from one build', () => {
  beforeEach(async () => {
    for (const at of BUILDS) await putBuild(nameOf(at), at, ['ann']);
  });

  test.each(surfaces)('%s', async (path) => {
    for (const active of [OLDEST, OLDER, ACTIVE, OLDER]) {
      await h.publishBuilds(active, BUILDS);
      const { body } = await h.request(path);
      expect(body.items.length).toBeGreaterThan(3);
      expect(buildsOf(itemsOf(body))).toEqual([nameOf(active)]);
      expect(body.build).toBe(buildIdOf(active));
    }
  });

  test('while the pointer is flipped back and forth under concurrent requests', async () => {
    await h.live({ itemId: 'played' });
    await h.publishBuilds(ACTIVE, BUILDS);
    let flipping = true;
    const flips = (async () => {
      for (let i = 0; flipping; i++) await h.publishBuilds(BUILDS[i % 3] as number, BUILDS);
    })();
    const seen = new Set<string>();
    for (let round = 0; round < 25; round++) {
      const answers = await Promise.all(surfaces.map((path) => h.request(path)));
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body.degraded).toEqual([]);
        const [name, ...others] = buildsOf(itemsOf(body));
        expect(others).toEqual([]);
        expect(body.build).toBe(
          buildIdOf(BUILDS[['oldest', 'older', 'active'].indexOf(name ?? '')] as number),
        );
        seen.add(name ?? '');
      }
    }
    flipping = false;
    await flips;
    expect(seen.size).toBeGreaterThan(1);
  });

  test('a week’s playlist stays that of the build it was made of', async () => {
    await h.publishBuilds(OLDER, BUILDS);
    const made = (await h.request(weekly())).body;
    expect(buildsOf(itemsOf(made))).toContain('older');
    for (const active of [OLDEST, ACTIVE]) {
      await h.publishBuilds(active, BUILDS);
      const { body } = await h.request(weekly());
      expect(itemsOf(body)).toEqual(itemsOf(made));
      expect(body.build).toBe(buildIdOf(OLDER));
    }
    const anew = (await h.request(weekly(), { method: 'POST' })).body;
    expect(buildsOf(itemsOf(anew))).toEqual(['active']);
    expect(itemsOf((await h.request(weekly())).body)).toEqual(itemsOf(anew));
  });

  test('whatever the pointer accepts, nothing after the active build and nothing unaccepted is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...BUILDS),
        fc.shuffledSubarray([...BUILDS]),
        async (active, others) => {
          const accepted = [...new Set([active, ...others])];
          await h.publishBuilds(active, accepted);
          for (const path of surfaces) {
            const { body } = await h.request(path);
            expect(buildsOf(itemsOf(body))).toEqual([nameOf(active)]);
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('a listener whom the active build has not', () => {
  beforeEach(async () => {
    await putBuild('older', OLDER, ['ann']);
    await putBuild('active', ACTIVE, ['bob']);
    await h.publishBuilds(ACTIVE, [ACTIVE, OLDER]);
  });

  test('is served whole from the newest accepted build that has them', async () => {
    for (const path of [weekly(), ...surfaces.slice(0, 2)]) {
      const { body } = await h.request(path);
      expect(body.build).toBe(buildIdOf(OLDER));
      expect(buildsOf(itemsOf(body))).toEqual(['older']);
    }
  });

  test('has everything since that older build folded in, not since the active one', async () => {
    const between = (OLDER + ACTIVE) / 2;
    await h.live(
      { itemId: 'older-own0', receivedAt: between, occurredAt: between },
      { itemId: 'older-own1', receivedAt: OLDER, occurredAt: OLDER - 1000 },
      { itemId: 'older-own2', receivedAt: OLDER - 1, occurredAt: OLDER - 1000 },
    );
    const { body } = await h.request(weekly());
    expect(itemsOf(body)).not.toContain('older-own0');
    expect(itemsOf(body)).not.toContain('older-own1');
    // What the build covers is for its own filter to tell.
    expect(itemsOf(body)).toContain('older-own2');
    const { counts } = (await h.request('/v1/listeners/ann/profile')).body as unknown as {
      counts: { listens: number };
    };
    expect(counts.listens).toBe(2);
  });

  test('has nothing of a build that was rolled back or never accepted', async () => {
    await h.publishBuilds(ACTIVE, [ACTIVE]);
    const { body } = await h.request(weekly());
    expect(body.basis).toBe('popularity');
    expect(buildsOf(itemsOf(body))).toEqual(['active']);
    await h.publishBuilds(OLDER, [OLDER]);
    expect((await h.request(weekly('bob'))).body.basis).toBe('popularity');
  });
});

describe('an item whom the active build does not know', () => {
  test('is answered from the newest accepted build that does, and the answer names it', async () => {
    await h.putRelated('gone', OLDER, someLines('older-related', 3));
    await h.publishBuilds(ACTIVE, [ACTIVE, OLDER]);
    const { body } = await h.request('/v1/tracks/gone/similar');
    expect(itemsOf(body)).toHaveLength(3);
    expect(body.build).toBe(buildIdOf(OLDER));
  });
});

describe('memory', () => {
  test('a build’s cells are read once, live events and controls every time', async () => {
    await putBuild('active', ACTIVE, ['ann']);
    await h.publishBuilds(ACTIVE);
    await h.request(weekly());
    const { TransientError } = await import('../../../shared/errors.ts');
    h.faults.set('rows.read:listeners/build', new TransientError('gone'));
    await h.live({ itemId: 'active-own0', occurredAt: NOW });
    const { body } = await h.request(weekly());
    expect(body.degraded).toEqual([]);
    expect(itemsOf(body)).not.toContain('active-own0');
    expect(itemsOf(body)).toContain('active-own1');
  });
});
