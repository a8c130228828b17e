/** Embedded adapters in a temporary directory, as the contract suites want them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LmdbEnvironment, openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import type { Opened } from './opened.ts';

/** Makes a folder that `remove` takes away again. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'segue-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Opens an environment in a new folder, and `start`s the adapter on it; `stop` ends the adapter before closing. */
export async function openEmbedded<T>(
  start: (environment: LmdbEnvironment) => T,
  stop: (store: T) => Promise<void> = async () => {},
): Promise<Opened<T>> {
  const directory = temporaryDirectory();
  let environment = openLmdbEnvironment(directory.path);
  let store = start(environment);
  const end = async () => {
    await stop(store);
    await environment.close();
  };
  return {
    store,
    reopen: async () => {
      await end();
      environment = openLmdbEnvironment(directory.path);
      store = start(environment);
      return store;
    },
    close: async () => {
      await end();
      directory.remove();
    },
  };
}
