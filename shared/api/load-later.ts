/** An app in two parts, of which the second is read when it is first asked for: a cold start waits for the first alone. */
import { getPath } from 'hono/utils/url';
import type { ApiApp } from './app.ts';
import { knowsPath } from './methods.ts';

export interface Answering {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/**
 * Requests for paths that `first` has no route for go to the app that `load` gives, which is asked for once, and again
 * after it failed.
 */
export function loadLater(first: ApiApp, load: () => Promise<ApiApp>): Answering {
  const isFirst = knowsPath(first.routes);
  let rest: Promise<ApiApp> | undefined;
  return {
    fetch(request) {
      if (isFirst(getPath(request))) return first.fetch(request);
      rest ??= load().catch((error: unknown) => {
        rest = undefined;
        throw error;
      });
      return rest.then((app) => app.fetch(request));
    },
  };
}
