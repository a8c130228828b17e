/** Everything Segue holds of a listener, to take along. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import { readListener, startReading } from '../../shared/serving/reading.ts';
import type { ServeDeps } from './deps.ts';

const ExportSchema = z
  .object({
    listenerId: z.string(),
    exportedAt: z.string(),
    events: z.array(z.record(z.string(), z.unknown())).describe('In order of eventId, each once.'),
    next: z.string().nullable().describe('Pass it as `after` for more events; null at the end.'),
    live: z.array(z.record(z.string(), z.unknown())).describe('Received since the build; on the first page.'),
    controls: z.array(z.record(z.string(), z.unknown())),
    taste: z.unknown().describe("The nightly build's profile."),
    pool: z.array(z.string()).describe('Items proposed by the nightly build.'),
    degraded: z.array(z.string()),
  })
  .openapi('Export');

const route = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/export',
  summary: 'Everything held of a listener',
  security: BEARER,
  request: {
    params: z.object({ id: Id }),
    query: z.object({
      after: z.string().max(128).default('').describe('`next` of the page before.'),
      limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: ExportSchema } } },
    ...problemResponses(400, 401, 403, 503),
  },
});

export function addExportRoute(app: ApiApp, deps: ServeDeps): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { after, limit } = c.req.valid('query');
    requireListener(c.get('principal'), id);
    const reading = startReading(deps.clock.now(), c.get('logger'));
    const { built, row } = await readListener(deps, reading, id);
    const events = await deps.history.events(id, after, limit + 1);
    const page = events.slice(0, limit);
    const first = after === '';
    c.header('cache-control', 'no-store');
    return c.json(
      {
        listenerId: id,
        exportedAt: new Date(reading.now).toISOString(),
        events: page,
        next: events.length > limit ? String(page.at(-1)?.eventId) : null,
        live: first ? row.live.map((event) => ({ ...event })) : [],
        controls: first ? row.controls.map((control) => ({ ...control })) : [],
        taste: first ? (built?.taste ?? null) : null,
        pool: first ? (built?.candidates.map(({ itemId }) => itemId) ?? []) : [],
        degraded: [...reading.degraded].sort(),
      },
      200,
    );
  });
}
