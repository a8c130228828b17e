/** The other functions' HTTP API, called in-process in the caller's own name: one implementation, one authorisation. */
import { z } from 'zod';
import { type FieldProblem, PROBLEM_TYPE, RETRY_AFTER_SECONDS } from '../../shared/api/problem.ts';

/** Asks an app that answers the API, as `fetch` would; `path` begins with a slash. */
export type Call = (path: string, init: RequestInit) => Promise<Response>;

const ProblemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

/** What an agent is told of a failure; `pointer`s name arguments of the tool. */
export interface ToolProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[] | undefined;
  /** Seconds after which the same call may succeed. */
  readonly retryAfterSeconds?: number;
}

/** The API refused, with the problem document it gave. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly problem: ToolProblem;

  constructor(problem: ToolProblem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export interface Api {
  /** `query`: members that are undefined are left out. Throws ApiRefusal. */
  get(path: string, query?: Readonly<Record<string, string | number | undefined>>): Promise<unknown>;
  /** As get(), with `body` sent as JSON. */
  post(
    path: string,
    body: unknown,
    query?: Readonly<Record<string, string | number | undefined>>,
  ): Promise<unknown>;
}

/** The API with these headers on every request. */
export function createApiCalls(call: Call, headers: Readonly<Record<string, string>>): Api {
  const ask = async (path: string, query: Parameters<Api['get']>[1], init: RequestInit) => {
    const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as const],
    );
    const search = new URLSearchParams(Object.fromEntries(given)).toString();
    const response = await call(search === '' ? path : `${path}?${search}`, init);
    const body: unknown = await response.json();
    if (response.ok) return body;
    throw refusalOf(response, body);
  };
  return {
    get: (path, query) => ask(path, query, { headers }),
    post: (path, body, query) =>
      ask(path, query, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}

function refusalOf(response: Response, body: unknown): Error {
  if (!response.headers.get('content-type')?.startsWith(PROBLEM_TYPE))
    return new Error(`The API answered ${response.status} without a problem document.`);
  const { errors, ...problem } = ProblemDocument.parse(body);
  const after = response.headers.get('retry-after');
  const seconds = after === null ? undefined : Math.max(RETRY_AFTER_SECONDS, Number(after) || 0);
  return new ApiRefusal({
    ...problem,
    ...(errors !== undefined && { errors }),
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  });
}
