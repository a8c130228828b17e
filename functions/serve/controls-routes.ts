/** PUT and DELETE of a listener's controls; they act on the very next answer. */
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiApp } from '../../shared/api/app.ts';
import { limitBody } from '../../shared/api/body.ts';
import { Id } from '../../shared/api/ids.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';
import { requireListener } from '../../shared/auth/principal.ts';
import {
  CONTROL_KINDS,
  type Control,
  type ControlKind,
  DEFAULT_DURATION_MS,
} from '../../shared/domain/control.ts';
import { InvalidInput, TransientError } from '../../shared/errors.ts';
import { controlCell, controlOfCell } from '../../shared/rows/control-cells.ts';
import { listenerKey, ROW_TABLES } from '../../shared/schema/rows.ts';
import { TOPICS } from '../../shared/schema/topics.ts';
import type { ServeDeps } from './deps.ts';

const Path = z.object({ id: Id, kind: z.enum(CONTROL_KINDS), target: Id });

const Body = z
  .strictObject({
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .describe(
        'Until when it holds; without it until taken back (an artist is snoozed 30 days, a track 7, a session private 6 hours).',
      ),
  })
  .openapi('ControlRequest');

const ControlSchema = z
  .object({
    kind: z.enum(CONTROL_KINDS),
    target: z.string().describe('The recording where an item of one was named: it holds for every release.'),
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
  ...problemResponses(400, 401, 403, 413, 415, 503),
};

const put = createRoute({
  method: 'put',
  path: '/v1/listeners/{id}/controls/{kind}/{target}',
  summary: 'Decide what to be spared',
  security: BEARER,
  middleware: [limitBody(1024)] as const,
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
  request: { params: Path },
  responses: answer,
});

/** Kinds that are about a recording where their target is an item. */
const OF_RECORDINGS: readonly ControlKind[] = [
  'dislike',
  'do-not-recommend',
  'snooze-track',
  'exclude-from-taste',
];

export function addControlRoutes(app: ApiApp, deps: ServeDeps): void {
  /** The control and when it was last changed. */
  async function readControl(
    listenerId: string,
    kind: ControlKind,
    target: string,
  ): Promise<{ before: Control | undefined; changedAt: number }> {
    const row = await deps.rows.read('listeners', listenerKey(listenerId), [
      { family: ROW_TABLES.listeners.control, qualifiers: [`${kind}#${target}`] },
    ]);
    const cell = row?.cells[0];
    return { before: cell && controlOfCell(cell), changedAt: cell?.timestamp ?? 0 };
  }

  /** What events say of a recording is kept under its own id, and a later word must find the earlier one. */
  async function canonicalTarget(kind: ControlKind, target: string): Promise<string> {
    if (!OF_RECORDINGS.includes(kind)) return target;
    return (await deps.catalogue.get([target])).get(target)?.recordingId ?? target;
  }

  /** For builds first, then for serving: a crash in between leaves the caller without an answer, so it repeats. */
  async function save(listenerId: string, control: Control, changedAt: number): Promise<void> {
    const erasedAt = (await deps.erasures.erasedAt([listenerId])).get(listenerId) ?? 0;
    if (changedAt <= erasedAt) throw new TransientError('The listener is being erased.');
    const { kind, target, active, until } = control;
    const change = { listener_id: listenerId, kind, target, active, until, changed_at: changedAt };
    await deps.topics.publish(TOPICS.controls, [{ orderingKey: listenerId, data: JSON.stringify(change) }]);
    await deps.rows.write('listeners', [controlCell(listenerId, control, changedAt)]);
  }

  app.openapi(put, async (c) => {
    const { id, kind, target: named } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const now = deps.clock.now();
    const said = c.req.valid('json')?.until;
    const until = said === undefined ? untilByDefault(kind, now) : Date.parse(said);
    if (until !== null && until <= now)
      throw new InvalidInput([{ pointer: '/until', detail: 'must lie in the future' }]);
    const target = await canonicalTarget(kind, named);
    const { before, changedAt } = await readControl(id, kind, target);
    const goesOn = before?.active === true && (before.until === null || before.until > now);
    const control: Control = { kind, target, active: true, until, from: goesOn ? before.from : now };
    await save(id, control, after(changedAt, now));
    return c.json(plain(control), 200);
  });

  async function takeBack(listenerId: string, kind: ControlKind, target: string, now: number) {
    const { before, changedAt } = await readControl(listenerId, kind, target);
    const ended = before?.active === true ? Math.min(now, before.until ?? now) : (before?.until ?? now);
    const control: Control = { kind, target, active: false, until: ended, from: before?.from ?? now };
    await save(listenerId, control, after(changedAt, now));
    return control;
  }

  app.openapi(remove, async (c) => {
    const { id, kind, target: named } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const now = deps.clock.now();
    const target = await canonicalTarget(kind, named);
    // It may have been set while the catalogue did not yet know the item's recording.
    if (target !== named && (await readControl(id, kind, named)).before?.active === true)
      await takeBack(id, kind, named, now);
    return c.json(plain(await takeBack(id, kind, target, now)), 200);
  });
}

/** The instant a change counts from: later than the one before it, whose author's clock may be ahead. */
function after(changedAt: number, now: number): number {
  return Math.max(now, changedAt + 1);
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
