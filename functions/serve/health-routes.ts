/** Is it alive, and can it serve: what load balancers and operators ask, without a token. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { answered, onDemand } from '../../shared/api/on-demand.ts';
import { buildIdOf } from '../../shared/domain/build-id.ts';
import { messageOf } from '../../shared/errors.ts';
import { readableBuilds, readPointer } from '../../shared/rows/pointer.ts';
import type { PlayingDeps } from './deps.ts';

const healthSchema = onDemand(() => z.object({ status: z.string() }).openapi('Health'));
const readinessSchema = onDemand(() =>
  z
    .object({
      status: z.enum(['ready', 'unready']),
      build: z.string().nullable().describe('The build that serves.'),
      buildAgeHours: z.number().nullable(),
      reason: z.string().optional(),
    })
    .openapi('Readiness'),
);

const livez = createRoute({
  method: 'get',
  path: '/livez',
  summary: 'Is the process alive',
  responses: { 200: { description: 'Yes.', content: { 'application/json': answered(healthSchema) } } },
});

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Can it serve',
  responses: {
    200: { description: 'Yes.', content: { 'application/json': answered(readinessSchema) } },
    503: { description: 'Not now.', content: { 'application/json': answered(readinessSchema) } },
  },
});

export function addHealthRoutes(app: ApiApp, deps: PlayingDeps): void {
  app.openapi(livez, (c) => c.json({ status: 'alive' }, 200));

  app.openapi(readyz, async (c) => {
    try {
      const pointer = await readPointer(deps.rows);
      if (pointer === undefined || readableBuilds(pointer).length === 0)
        return c.json(
          { status: 'unready' as const, build: null, buildAgeHours: null, reason: 'nothing is published' },
          503,
        );
      const hours = Math.round((deps.clock.now() - pointer.active) / 36_000) / 100;
      return c.json(
        { status: 'ready' as const, build: buildIdOf(pointer.active), buildAgeHours: hours },
        200,
      );
    } catch (error) {
      c.get('logger').error({ error: messageOf(error) }, 'rows cannot be read');
      return c.json(
        { status: 'unready' as const, build: null, buildAgeHours: null, reason: 'rows cannot be read' },
        503,
      );
    }
  });
}
