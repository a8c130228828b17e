/** Takes events in over HTTP; what it answers for is durable. */
import { type ApiApp, type ApiDeps, createApi } from '../../shared/api/app.ts';
import { DEFAULT_RATE_LIMITS, type RateLimits, rateLimited } from '../../shared/api/rate-limit.ts';
import type { AcceptDeps } from './accept.ts';
import { addEventsRoute } from './events-route.ts';
import { addListenBrainzRoutes } from './listenbrainz-routes.ts';

export interface IngestDeps extends ApiDeps, AcceptDeps {
  readonly rateLimits?: RateLimits;
}

/** Creates the app of `ingest`: POST /v1/events and what ListenBrainz clients speak. */
export function createIngest(deps: IngestDeps): ApiApp {
  const app = createApi(deps);
  const limit = rateLimited(deps.rateLimits ?? DEFAULT_RATE_LIMITS, deps.clock);
  addEventsRoute(app, deps, limit);
  addListenBrainzRoutes(app, deps, limit);
  return app;
}
