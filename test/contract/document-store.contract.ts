/** The contract of DocumentStore, for every adapter. */
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../shared/errors.ts';
import { type DocumentStore, VersionConflict } from '../../shared/ports/document-store.ts';
import { type Opened, withOpened } from './opened.ts';

export interface DocumentStoreCapabilities {
  /** False where there is nothing to close and open again. */
  readonly reopens: boolean;
}

const LONG = 'a'.repeat(70);

export function describeDocumentStore(
  name: string,
  open: () => Promise<Opened<DocumentStore>>,
  capabilities: DocumentStoreCapabilities,
): void {
  const withStore = (use: (store: DocumentStore, opened: Opened<DocumentStore>) => Promise<void>) => () =>
    withOpened(open, use);

  describe(`DocumentStore: ${name}`, () => {
    it(
      'returns what was put, and undefined for what was not',
      withStore(async (store) => {
        const value = { turns: [{ text: 'mehr Bass 🎧', at: 1.5 }], brief: null, empty: {} };
        const version = await store.put('sessions', 's1', value);
        expect(await store.get('sessions', 's1')).toEqual({ id: 's1', value, version });
        expect(await store.get('sessions', 's2')).toBeUndefined();
        expect(await store.get('briefs', 's1')).toBeUndefined();
      }),
    );

    it(
      'changes the version with every write, equal values and recreation included',
      withStore(async (store) => {
        const versions: string[] = [];
        for (let i = 0; i < 5; i++) versions.push(await store.put('sessions', 's', { same: true }));
        versions.push(...(await Promise.all([1, 2, 3].map((n) => store.put('sessions', 's', n)))));
        await store.delete('sessions', 's');
        versions.push(await store.put('sessions', 's', { same: true }));
        expect(new Set(versions).size).toBe(versions.length);
        expect((await store.get('sessions', 's'))?.version).toBe(versions.at(-1));
      }),
    );

    it(
      'writes only while the version is the expected one',
      withStore(async (store) => {
        const first = await store.put('builds', 'b', 1, { ifVersion: null });
        await expect(store.put('builds', 'b', 2, { ifVersion: null })).rejects.toBeInstanceOf(
          VersionConflict,
        );
        const second = await store.put('builds', 'b', 2, { ifVersion: first });
        await expect(store.put('builds', 'b', 3, { ifVersion: first })).rejects.toBeInstanceOf(
          VersionConflict,
        );
        await store.delete('builds', 'b');
        await expect(store.put('builds', 'b', 4, { ifVersion: second })).rejects.toBeInstanceOf(
          VersionConflict,
        );
        expect(await store.get('builds', 'b')).toBeUndefined();
      }),
    );

    it(
      'lets one of many concurrent writers with the same version win',
      withStore(async (store) => {
        const version = await store.put('sessions', 's', 'start');
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) => store.put('sessions', 's', i, { ifVersion: version })),
        );
        const winner = results.findIndex(({ status }) => status === 'fulfilled');
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect((await store.get('sessions', 's'))?.value).toBe(winner);
      }),
    );

    it(
      'deletes what is there and minds nothing that is not',
      withStore(async (store) => {
        await store.put('sessions', 's', 1);
        await store.delete('sessions', 's');
        await store.delete('sessions', 's');
        expect(await store.get('sessions', 's')).toBeUndefined();
      }),
    );

    it(
      'lists one collection in byte order by prefix, from an id on, up to a limit',
      withStore(async (store) => {
        const ids = ['a', 'a#', LONG, 'ab', 'b', 'é', '\u{fffd}', '\u{1f3b5}'];
        for (const id of ids.toReversed()) await store.put('sessions', id, { id });
        await store.put('session', 'zz', 1);
        await store.put('sessions2', 'a', 1);
        const list = async (options?: { prefix?: string; after?: string; limit?: number }) =>
          (await store.list<{ id: string }>('sessions', options)).map(({ value }) => value.id);
        expect(await list()).toEqual(ids);
        expect(await list({ prefix: 'a' })).toEqual(['a', 'a#', LONG, 'ab']);
        expect(await list({ after: 'a#' })).toEqual(ids.slice(2));
        expect(await list({ after: 'aa' })).toEqual(ids.slice(2));
        expect(await list({ prefix: 'a', after: 'a#', limit: 1 })).toEqual([LONG]);
        expect(await list({ prefix: 'b', after: 'a' })).toEqual(['b']);
        expect(await list({ prefix: 'a', after: 'b' })).toEqual([]);
        expect(await list({ limit: 0 })).toEqual([]);
      }),
    );

    it(
      'refuses ids that cannot be stored and values without a JSON form',
      withStore(async (store) => {
        for (const id of ['', 'x'.repeat(513), 'a\u001eb', 'a\n'])
          await expect(store.put('sessions', id, 1)).rejects.toBeInstanceOf(InvalidInput);
        await expect(store.put('', 'a', 1)).rejects.toBeInstanceOf(InvalidInput);
        await expect(store.put('sessions', 'a', undefined)).rejects.toBeInstanceOf(InvalidInput);
        expect(await store.list('sessions')).toEqual([]);
      }),
    );

    if (capabilities.reopens)
      it(
        'keeps documents and versions when it is closed and opened again',
        withStore(async (store, opened) => {
          const version = await store.put('sessions', 's', { n: 1 });
          const again = await opened.reopen?.();
          expect(await again?.get('sessions', 's')).toEqual({ id: 's', value: { n: 1 }, version });
          const next = await again?.put('sessions', 's', { n: 1 }, { ifVersion: version });
          expect(next).not.toBe(version);
        }),
      );
  });
}
