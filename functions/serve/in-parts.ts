/** `serve` for a host that starts and stops with the load: what plays is ready first, the rest when it is asked for. */
import { type Answering, loadLater } from '../../shared/api/load-later.ts';
import type { ServeDeps } from './deps.ts';
import { createPlaying, limitOf } from './playing.ts';

/** Answers as createServe() does. */
export function createServeInParts(deps: ServeDeps): Answering {
  const limit = limitOf(deps);
  return loadLater(createPlaying(deps, limit), async () =>
    (await import('./handler.ts')).createServe(deps, limit),
  );
}
