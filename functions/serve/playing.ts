/** The part of `serve` that says what plays: the answers that a cold start is waited for. */
import type { MiddlewareHandler } from 'hono';
import { type ApiApp, type ApiEnv, authenticated, createApi } from '../../shared/api/app.ts';
import { DEFAULT_RATE_LIMITS, rateLimited } from '../../shared/api/rate-limit.ts';
import type { PlayingDeps } from './deps.ts';
import { addHealthRoutes } from './health-routes.ts';
import { addSurfaceRoutes } from './surface-routes.ts';
import { addWeeklyRoutes } from './weekly-routes.ts';

/** Counts the requests of one process, in whichever of its apps. */
export function limitOf({ rateLimits, clock }: Pick<PlayingDeps, 'rateLimits' | 'clock'>) {
  return rateLimited(rateLimits ?? DEFAULT_RATE_LIMITS, clock);
}

/** Weeks, what is next, what is similar, and health, which is asked without a token and as often as it pleases. */
export function createPlaying(deps: PlayingDeps, limit: MiddlewareHandler<ApiEnv>): ApiApp {
  const app = createApi(deps);
  for (const path of ['/v1/listeners/*', '/v1/tracks/*']) app.use(path, authenticated, limit);
  addWeeklyRoutes(app, deps);
  addSurfaceRoutes(app, deps);
  addHealthRoutes(app, deps);
  return app;
}
