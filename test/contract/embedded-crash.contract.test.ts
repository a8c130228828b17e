/** What was acknowledged survives SIGKILL at any moment. */
import { describe, expect, it } from 'vitest';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { LmdbTopics } from '../../shared/embedded/lmdb-topics.ts';
import { ACK } from '../../shared/ports/topics.ts';
import { linesUntilKilled } from './children/lines-of-child.ts';
import { temporaryDirectory } from './embedded-stores.ts';

const ROUNDS = 8;

describe('embedded stores under SIGKILL', () => {
  it('keep every acknowledged row, and both cells of a row or none', async () => {
    const directory = temporaryDirectory();
    const script = new URL('./children/row-writer.ts', import.meta.url);
    const acknowledged = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const lines = await linesUntilKilled(script, [directory.path, String(round)], Math.random() * 150);
      for (const id of lines) acknowledged.add(id);

      const environment = openLmdbEnvironment(directory.path);
      const found = { live: new Set<string>(), control: new Set<string>() };
      for await (const { cells } of new LmdbRows(environment).scan('listeners'))
        for (const { family, qualifier, value } of cells) {
          const id = qualifier.slice('e#'.length);
          expect(value.startsWith(`${id} `)).toBe(true);
          found[family as 'live' | 'control'].add(id);
        }
      await environment.close();
      expect(found.live).toEqual(found.control);
      expect(acknowledged.difference(found.live)).toEqual(new Set());
    }
    expect(acknowledged.size).toBeGreaterThan(ROUNDS);
    directory.remove();
  });

  it('deliver every published message at least once and first in order', async () => {
    const directory = temporaryDirectory();
    const script = new URL('./children/message-pump.ts', import.meta.url);
    const published = new Set<string>();
    const delivered: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const lines = await linesUntilKilled(script, [directory.path, String(round)], Math.random() * 150);
      for (const line of lines)
        if (line.startsWith('p ')) published.add(line.slice(2));
        else delivered.push(line.slice(2));
    }
    const environment = openLmdbEnvironment(directory.path);
    const topics = new LmdbTopics(environment, { clock: { now: () => Date.now() }, random: Math.random });
    topics.subscribe('update-signals', async (batch) => {
      delivered.push(...batch.map(({ data }) => data));
      return batch.map(() => ACK);
    });
    await topics.settled('update-signals');
    expect(await topics.deadLetters()).toEqual([]);
    await topics.close();
    await environment.close();

    const first = [...new Set(delivered)];
    expect(published.difference(new Set(first))).toEqual(new Set());
    for (const key of new Set(first.map((data) => data.slice(0, 1)))) {
      const own = first.filter((data) => data.startsWith(key));
      expect(own).toEqual(own.toSorted());
    }
    expect(published.size).toBeGreaterThan(ROUNDS);
    directory.remove();
  });
});
