import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type LmdbEnvironment,
  openLmdbEnvironment,
  type TextDatabase,
} from '../../../shared/embedded/lmdb-environment.ts';
import { TransientError } from '../../../shared/errors.ts';
import { temporaryDirectory } from '../../contract/embedded-stores.ts';

describe('an LMDB environment', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let environment: LmdbEnvironment;
  let database: TextDatabase;

  beforeEach(() => {
    directory = temporaryDirectory();
    environment = openLmdbEnvironment(directory.path);
    database = environment.database('test');
  });
  afterEach(async () => {
    await environment.close();
    directory.remove();
  });

  it('runs jobs in the order they were given, each seeing the ones before', async () => {
    const seen = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        environment.write(() => {
          const before = database.get('n');
          database.putSync('n', String(i));
          return before;
        }),
      ),
    );
    expect(seen).toEqual([undefined, ...Array.from({ length: 49 }, (_, i) => String(i))]);
  });

  it('undoes and rejects a job that throws, and commits the others of its group once', async () => {
    const append = (text: string) => database.putSync('log', (database.get('log') ?? '') + text);
    const results = await Promise.allSettled([
      environment.write(() => append('a')),
      environment.write(() => {
        append('X');
        throw new Error('a bug');
      }),
      environment.write(() => append('b')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { message: 'a bug' } });
    expect(database.get('log')).toBe('ab');
  });

  it('finishes what it was given before it closes, and takes nothing after', async () => {
    const written = environment.write(() => database.putSync('k', 'v'));
    await environment.close();
    await written;
    await expect(environment.write(() => {})).rejects.toBeInstanceOf(TransientError);
    environment = openLmdbEnvironment(directory.path);
    expect(environment.database('test').get('k')).toBe('v');
  });

  it('never gives the same stamp twice, over reopening too', async () => {
    const stamps = async () =>
      Promise.all(
        Array.from({ length: 10 }, () =>
          environment.write(() => {
            database.putSync('k', 'v');
            return environment.writeStamp();
          }),
        ),
      );
    const before = await stamps();
    await environment.close();
    environment = openLmdbEnvironment(directory.path);
    database = environment.database('test');
    const all = [...before, ...(await stamps())];
    expect(new Set(all).size).toBe(20);
  });
});
