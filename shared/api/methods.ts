/** Which methods a path answers, so that the wrong one gets 405 and not 404. */

interface RegisteredRoute {
  readonly method: string;
  readonly path: string;
}

/** Hono's path pattern as an expression: `:name`, `:name{regex}`, `:name?` and a trailing `*`. */
function matcherOf(path: string): RegExp {
  const source = path
    .split('/')
    .slice(1)
    .map((part) => {
      if (part === '*') return '(?:/.*)?';
      const named = /^:[^{?]+(?:\{(.+)\})?(\?)?$/.exec(part);
      if (named) return named[2] ? `(?:/${named[1] ?? '[^/]+'})?` : `/${named[1] ?? '[^/]+'}`;
      return `/${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
    })
    .join('');
  return new RegExp(`^${source}$`);
}

/** Tells whether an app has a route for a path, middleware aside. */
export function knowsPath(routes: readonly RegisteredRoute[]): (path: string) => boolean {
  const matchers = routes.filter(({ method }) => method !== 'ALL').map(({ path }) => matcherOf(path));
  return (path) => matchers.some((matcher) => matcher.test(path));
}

/** The methods registered for a path, sorted; HEAD beside GET. Middleware (`ALL`) does not count. */
export function allowedMethods(routes: readonly RegisteredRoute[], path: string): string[] {
  const methods = new Set<string>();
  for (const route of routes) {
    if (route.method === 'ALL' || methods.has(route.method) || !matcherOf(route.path).test(path)) continue;
    methods.add(route.method);
    if (route.method === 'GET') methods.add('HEAD');
  }
  return [...methods].sort();
}
