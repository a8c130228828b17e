/** PUT and DELETE of a listener's controls; they act on the very next answer. */
import { createRoute, z } from '@hono/zod-openapi';
import { type ApiApp, authenticated } from '../../shared/api/app.ts';
import { limitBody } from '../../shared/api/body.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import { CONTROL_KINDS, type Control, DEFAULT_DURATION_MS } from '../../shared/domain/control.ts';
import { InvalidInput } from '../../shared/errors.ts';
import { controlCell, controlOfCell } from '../../shared/rows/control-cells.ts';
import { listenerKey, ROW_TABLES } from '../../shared/schema/rows.ts';
import { TOPICS } from '../../shared/schema/topics.ts';
import type { ServeDeps } from './handler.ts';

const Path = z.object({ id: Id, kind: z.enum(CONTROL_KINDS), target: Id });

const Body = z
  .object({
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .describe(
        'Until when it holds; without it until taken back (an artist is snoozed 30 days, a session private 6 hours).',
      ),
  })
  .openapi('ControlRequest');

const ControlSchema = z
  .object({
    kind: z.enum(CONTROL_KINDS),
    target: z.string(),
    active: z.boolean(),
    from: z.string(),
    until: z.string().nullable(),
  })
  .openapi('Control');

const answer = {
  200: {
    description: 'The control as it stands.',
    content: { 'application/json': { schema: ControlSchema } },
  },
  ...problemResponses(400, 401, 403, 413, 503),
};

const put = createRoute({
  method: 'put',
  path: '/v1/listeners/{id}/controls/{kind}/{target}',
  summary: 'Decide what to be spared',
  security: BEARER,
  middleware: [authenticated, limitBody(1024)] as const,
  request: {
    params: Path,
    body: { content: { 'application/json': { schema: Body } }, required: false },
  },
  responses: answer,
});

const remove = createRoute({
  method: 'delete',
  path: '/v1/listeners/{id}/controls/{kind}/{target}',
  summary: 'Take a decision back',
  security: BEARER,
  middleware: [authenticated] as const,
  request: { params: Path },
  responses: answer,
});

export function addControlRoutes(app: ApiApp, deps: ServeDeps): void {
  async function readControl(listenerId: string, kind: string, target: string): Promise<Control | undefined> {
    const row = await deps.rows.read('listeners', listenerKey(listenerId), [
      { family: ROW_TABLES.listeners.control, qualifiers: [`${kind}#${target}`] },
    ]);
    return row?.cells[0] === undefined ? undefined : controlOfCell(row.cells[0]);
  }

  /** For builds first, then for serving: a crash in between leaves the caller without an answer, so it repeats. */
  async function save(listenerId: string, control: Control, now: number): Promise<void> {
    const { kind, target, active, until } = control;
    const change = { listener_id: listenerId, kind, target, active, until, changed_at: now };
    await deps.topics.publish(TOPICS.controls, [{ orderingKey: listenerId, data: JSON.stringify(change) }]);
    await deps.rows.write('listeners', [controlCell(listenerId, control, now)]);
  }

  app.openapi(put, async (c) => {
    const { id, kind, target } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const now = deps.clock.now();
    const said = c.req.valid('json')?.until;
    const until = said === undefined ? untilByDefault(kind, now) : Date.parse(said);
    if (until !== null && until <= now)
      throw new InvalidInput([{ pointer: '/until', detail: 'must lie in the future' }]);
    const before = await readControl(id, kind, target);
    const goesOn = before?.active === true && (before.until === null || before.until > now);
    const control: Control = { kind, target, active: true, until, from: goesOn ? before.from : now };
    await save(id, control, now);
    return c.json(plain(control), 200);
  });

  app.openapi(remove, async (c) => {
    const { id, kind, target } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const now = deps.clock.now();
    const before = await readControl(id, kind, target);
    const ended = before?.active === true ? Math.min(now, before.until ?? now) : (before?.until ?? now);
    const control: Control = { kind, target, active: false, until: ended, from: before?.from ?? now };
    await save(id, control, now);
    return c.json(plain(control), 200);
  });
}

function untilByDefault(kind: Control['kind'], now: number): number | null {
  const duration = DEFAULT_DURATION_MS[kind];
  return duration === undefined ? null : now + duration;
}

function plain({ kind, target, active, from, until }: Control) {
  return {
    kind,
    target,
    active,
    from: new Date(from).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  };
}
