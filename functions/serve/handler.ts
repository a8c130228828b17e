/** Answers apps and listeners: surfaces, profile, controls, export and erasure. */
import { type ApiApp, authenticated } from '../../shared/api/app.ts';
import { addControlRoutes } from './controls-routes.ts';
import type { ServeDeps } from './deps.ts';
import { addErasureRoute } from './erasure-route.ts';
import { addExportRoute } from './export-route.ts';
import { addHomeRoute } from './home-route.ts';
import { createPlaying, limitOf } from './playing.ts';
import { addProfileRoute } from './profile-route.ts';
import { addSearchRoute } from './search-route.ts';
import { addSmartShuffleRoute } from './smart-shuffle-route.ts';

/** Creates the app of `serve`. `limit` is shared where a part of it answers beside it. */
export function createServe(deps: ServeDeps, limit = limitOf(deps)): ApiApp {
  const app = createPlaying(deps, limit);
  for (const path of ['/v1/smart-shuffle', '/v1/search']) app.use(path, authenticated, limit);
  addSmartShuffleRoute(app, deps);
  addSearchRoute(app, deps);
  addHomeRoute(app, deps);
  addProfileRoute(app, deps);
  addExportRoute(app, deps);
  addControlRoutes(app, deps);
  addErasureRoute(app, deps);
  return app;
}
