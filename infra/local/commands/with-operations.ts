/** Commands ask the running host, and open the directory themselves only when none runs. */

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { adminSocketOf } from '../../../shared/embedded/data-directory.ts';
import { createLogger } from '../../../shared/logging/logger.ts';
import { callHost } from '../admin-socket.ts';
import { openCore } from '../core.ts';
import type { OnProgress, Operations } from '../operations.ts';
import { readSettings, type Settings } from '../settings.ts';
import { showProgress } from './progress.ts';

/** Where a directory lies, also before it is made. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return resolve(path);
    throw error;
  }
}

/** Operations of the running host of these settings, undefined where none runs. */
export function findHost(settings: Settings, onProgress: OnProgress): Promise<Operations | undefined> {
  return callHost(adminSocketOf(realPath(settings.dataDirectory), process.platform), onProgress);
}

/** Runs `work` with the operations of the host, or of the directory opened for as long as it takes. */
export async function withOperations<T>(work: (operations: Operations) => Promise<T>): Promise<T> {
  const settings = readSettings(process.env);
  const onProgress = showProgress(process.stderr, Date.now);
  const host = await findHost(settings, onProgress);
  if (host !== undefined) return work(host);
  const core = await openCore(settings, createLogger({ level: 'warn' }), onProgress);
  try {
    return await work(core.operations);
  } finally {
    await core.close();
  }
}
