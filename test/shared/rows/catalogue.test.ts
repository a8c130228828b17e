import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bareItem } from '../../../shared/domain/item.ts';
import { LmdbRows } from '../../../shared/embedded/lmdb-rows.ts';
import { CATALOGUE_CACHE_MS, createCatalogue } from '../../../shared/rows/catalogue.ts';
import { openEmbedded } from '../../contract/embedded-stores.ts';
import type { Opened } from '../../contract/opened.ts';

let opened: Opened<LmdbRows>;
let now = 0;
beforeEach(async () => {
  now = 1_000_000;
  opened = await openEmbedded((environment) => new LmdbRows(environment));
});
afterEach(() => opened.close());

const item = (itemId: string, source: string, updatedAt: number, rest = {}) => ({
  ...bareItem(itemId, source, updatedAt),
  ...rest,
});

describe('the catalogue on rows', () => {
  test('unknown items are left out, known ones come once each', async () => {
    const catalogue = createCatalogue(opened.store, () => now);
    expect(await catalogue.get([])).toEqual(new Map());
    await catalogue.learn([item('a', 'api', 1, { title: 'A' })]);
    const found = await catalogue.get(['a', 'b', 'a']);
    expect([...found.keys()]).toEqual(['a']);
    expect(found.get('a')?.title).toBe('A');
  });

  test('descriptions of several sources are merged, the newer where both know', async () => {
    const catalogue = createCatalogue(opened.store, () => now);
    await catalogue.learn([item('a', 'features', 5, { tempo: 120, title: 'Old' })]);
    await catalogue.learn([item('a', 'api', 9, { title: 'New' })]);
    await catalogue.learn([item('a', 'lastfm', 1, { title: 'Oldest', album: 'Al' })]);
    expect((await catalogue.get(['a'])).get('a')).toMatchObject({ title: 'New', tempo: 120, album: 'Al' });
  });

  test('learning is seen at once where it was learnt, and soon elsewhere', async () => {
    const [here, elsewhere] = [
      createCatalogue(opened.store, () => now),
      createCatalogue(opened.store, () => now),
    ];
    await here.learn([item('a', 'api', 1, { title: 'One' })]);
    const titleIn = async (catalogue: typeof here) => (await catalogue.get(['a'])).get('a')?.title;
    expect(await titleIn(elsewhere)).toBe('One');
    await here.learn([item('a', 'api', 2, { title: 'Two' })]);
    expect(await titleIn(here)).toBe('Two');
    now += CATALOGUE_CACHE_MS + 1;
    expect(await titleIn(elsewhere)).toBe('Two');
  });

  test('repeating is harmless', async () => {
    const catalogue = createCatalogue(opened.store, () => now);
    for (let i = 0; i < 3; i++) await catalogue.learn([item('a', 'api', 1)]);
    expect(
      (await opened.store.read('catalog', 'a', [{ family: 'meta', versions: 'all' }]))?.cells,
    ).toHaveLength(1);
  });
});
