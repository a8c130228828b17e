/** Plays music that goes on: sessions from seeds, briefs and prompts, steered turn by turn; and Blends. */
import { type ApiApp, authenticated, createApi } from '../../shared/api/app.ts';
import { DEFAULT_RATE_LIMITS, rateLimited } from '../../shared/api/rate-limit.ts';
import { addBlendRoutes, type BlendDeps } from './blend-routes.ts';
import type { SessionDeps } from './deps.ts';
import { addExplanationRoute, EXPLANATION_PATH } from './explanation-route.ts';
import { addPlaylistRoutes, PLAYLIST_PATHS } from './playlist-routes.ts';
import { addSessionRoutes } from './session-routes.ts';

export type SessionsDeps = SessionDeps & BlendDeps;

/** Creates the app of `sessions`. */
export function createSessions(deps: SessionsDeps): ApiApp {
  const app = createApi(deps);
  const limit = rateLimited(deps.rateLimits ?? DEFAULT_RATE_LIMITS, deps.clock);
  const paths = [
    '/v1/sessions/*',
    '/v1/blends/*',
    '/v1/listeners/:id/blends',
    ...PLAYLIST_PATHS,
    EXPLANATION_PATH,
  ];
  for (const path of paths) app.use(path, authenticated, limit);
  addSessionRoutes(app, deps);
  addBlendRoutes(app, deps);
  addPlaylistRoutes(app, deps);
  addExplanationRoute(app, deps);
  return app;
}
