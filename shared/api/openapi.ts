/** One OpenAPI 3.1 document for every mounted function, generated from the schemas that validate. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiApp, ApiEnv } from './app.ts';
import { answered, onDemand } from './on-demand.ts';
import { PROBLEM_TYPE } from './problem.ts';

export type OpenApiDocument = ReturnType<ApiApp['getOpenAPI31Document']>;

export const problemSchema = onDemand(() =>
  z
    .object({
      type: z.string().openapi({ example: 'urn:segue:problem:invalid-input' }),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      instance: z.string().optional().openapi({ description: 'Names the request by its x-request-id.' }),
      errors: z
        .array(
          z.object({
            pointer: z.string().openapi({
              description: 'JSON pointer into the body, or /query/…, /path/…, /header/….',
              example: '/events/3/msPlayed',
            }),
            detail: z.string(),
          }),
        )
        .optional(),
    })
    .openapi('Problem', { description: 'RFC 9457 problem document.' }),
);

const PROBLEM_MEANING = {
  400: 'The request is not valid; `errors` names each field.',
  401: 'No token, or one that is not accepted.',
  403: 'The token is for somebody else.',
  404: 'Not found.',
  409: 'Changed by somebody else meanwhile.',
  413: 'The request is too large.',
  415: 'The media type or content encoding is not read here.',
  429: 'Asked too often; see Retry-After.',
  503: 'A part that is needed did not answer; see Retry-After.',
} as const;

interface ProblemAnswer {
  description: string;
  content: { [PROBLEM_TYPE]: { schema: ReturnType<typeof problemSchema> } };
}

/** For a route's `responses`: each status documented as a problem document. */
export function problemResponses<S extends keyof typeof PROBLEM_MEANING>(
  ...statuses: readonly S[]
): Record<S, ProblemAnswer> {
  const answers: Partial<Record<S, ProblemAnswer>> = {};
  for (const status of statuses)
    answers[status] = {
      description: PROBLEM_MEANING[status],
      content: { [PROBLEM_TYPE]: answered(problemSchema) },
    };
  return answers as Record<S, ProblemAnswer>;
}

/** For a route's `security`: any accepted token. */
export const BEARER = [{ bearer: [] }];

/** For the ListenBrainz-compatible routes: `Authorization: Token …`. */
export const LISTENBRAINZ_TOKEN = [{ listenBrainzToken: [] }, { bearer: [] }];

/** The document of all the apps together; two apps with one method of one path is a mistake and throws. */
export function openApiDocument(
  apps: readonly ApiApp[],
  options: { version: string; servers?: readonly { url: string; description?: string }[] },
): OpenApiDocument {
  const all = new OpenAPIHono<ApiEnv>();
  const seen = new Set<string>();
  for (const app of apps) {
    for (const definition of app.openAPIRegistry.definitions) {
      if (definition.type !== 'route') continue;
      const name = `${definition.route.method} ${definition.route.path}`;
      if (seen.has(name)) throw new Error(`Two functions answer ${name}.`);
      seen.add(name);
    }
    all.route('/', app);
  }
  all.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A service token, or a token of one listener.',
  });
  all.openAPIRegistry.registerComponent('securitySchemes', 'listenBrainzToken', {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: '`Token <token>`, as ListenBrainz clients send it.',
  });
  return all.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Segue',
      version: options.version,
      description: 'Listening events in, recommendations with their reasons out.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [...(options.servers ?? [{ url: '/', description: 'The host that serves this document.' }])],
  });
}
