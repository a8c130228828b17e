/** Answers apps and listeners: surfaces, profile, controls, export and erasure. */
import { type ApiApp, type ApiDeps, authenticated, createApi } from '../../shared/api/app.ts';
import { DEFAULT_RATE_LIMITS, type RateLimits, rateLimited } from '../../shared/api/rate-limit.ts';
import type { RankingWeights } from '../../shared/domain/ranking.ts';
import type { Topics } from '../../shared/ports/topics.ts';
import type { SnapshotReader } from '../../shared/rows/catalogue-snapshot.ts';
import type { ReadingDeps } from '../../shared/serving/reading.ts';
import { addControlRoutes } from './controls-routes.ts';
import type { Deliveries } from './deliveries.ts';
import { addErasureRoute } from './erasure-route.ts';
import { addExportRoute } from './export-route.ts';
import { addHealthRoutes } from './health-routes.ts';
import type { History } from './history.ts';
import { addHomeRoute } from './home-route.ts';
import { addProfileRoute } from './profile-route.ts';
import { addSearchRoute } from './search-route.ts';
import { addSmartShuffleRoute } from './smart-shuffle-route.ts';
import { addSurfaceRoutes } from './surface-routes.ts';
import { addWeeklyRoutes } from './weekly-routes.ts';

export interface ServeDeps extends ApiDeps, ReadingDeps {
  readonly topics: Pick<Topics, 'publish'>;
  readonly deliveries: Deliveries;
  readonly history: History;
  readonly weights: RankingWeights;
  /** The catalogue of each build, for search. */
  readonly snapshots: SnapshotReader;
  readonly rateLimits?: RateLimits;
}

/** Creates the app of `serve`. */
export function createServe(deps: ServeDeps): ApiApp {
  const app = createApi(deps);
  const limit = rateLimited(deps.rateLimits ?? DEFAULT_RATE_LIMITS, deps.clock);
  // Health is asked without a token and as often as it pleases.
  for (const path of ['/v1/listeners/*', '/v1/tracks/*', '/v1/smart-shuffle', '/v1/search'])
    app.use(path, authenticated, limit);
  addWeeklyRoutes(app, deps);
  addSurfaceRoutes(app, deps);
  addSmartShuffleRoute(app, deps);
  addSearchRoute(app, deps);
  addHomeRoute(app, deps);
  addProfileRoute(app, deps);
  addExportRoute(app, deps);
  addControlRoutes(app, deps);
  addErasureRoute(app, deps);
  addHealthRoutes(app, deps);
  return app;
}
