/** Answers agents: language models with tools, acting for one listener, over the Model Context Protocol. */
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { type ApiApp, type ApiDeps, authenticated, createApi } from '../../shared/api/app.ts';
import { limitBody } from '../../shared/api/body.ts';
import { DEFAULT_RATE_LIMITS, type RateLimits, rateLimited } from '../../shared/api/rate-limit.ts';
import { type Call, createApiCalls } from './api-calls.ts';
import { createMcpServer } from './server.ts';

const MAX_BYTES = 262_144;
/** Of a request, that go with the calls made for it: who asks, and what joins the log lines. */
const PASSED_ON = ['authorization', 'traceparent'] as const;

export interface AgentDeps extends ApiDeps {
  /** The API of `serve` and `sessions`, which authorises and limits every call by itself. */
  readonly call: Call;
  readonly rateLimits?: RateLimits;
}

/** Creates the app of `agent`. POST alone: without sessions there is no stream to GET and nothing to DELETE. */
export function createAgent(deps: AgentDeps): ApiApp {
  const app = createApi(deps);
  app.use('/mcp', authenticated, rateLimited(deps.rateLimits ?? DEFAULT_RATE_LIMITS, deps.clock));
  app.post('/mcp', limitBody(MAX_BYTES), async (c) => {
    const passed = PASSED_ON.flatMap((name) => {
      const value = c.req.header(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const headers = { ...Object.fromEntries(passed), 'x-request-id': c.get('requestId') };
    const server = createMcpServer({
      principal: c.get('principal'),
      api: createApiCalls(deps.call, headers),
      logger: c.get('logger'),
      newId: deps.newId,
    });
    const transport = new WebStandardStreamableHTTPServerTransport({
      enableJsonResponse: true,
      maxRequestBodySize: MAX_BYTES,
    });
    await server.connect(transport);
    try {
      const response = await transport.handleRequest(c.req.raw);
      c.header('cache-control', 'no-store');
      return c.newResponse(response.body, response);
    } finally {
      await server.close();
    }
  });
  return app;
}
