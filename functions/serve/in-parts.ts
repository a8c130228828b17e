/** `serve` for a host that starts and stops with the load: what plays is ready first, the rest when it is asked for. */
import type { MiddlewareHandler } from 'hono';
import type { ApiApp, ApiEnv } from '../../shared/api/app.ts';
import { type Answering, loadLater } from '../../shared/api/load-later.ts';
import type { PlayingDeps } from './deps.ts';
import { createPlaying, limitOf } from './playing.ts';

/**
 * Answers as createServe() does; `load` creates it, with the limit that both parts count by, at the first request that
 * what plays has no route for.
 */
export function createServeInParts(
  deps: PlayingDeps,
  load: (limit: MiddlewareHandler<ApiEnv>) => Promise<ApiApp>,
): Answering {
  const limit = limitOf(deps);
  return loadLater(createPlaying(deps, limit), () => load(limit));
}
