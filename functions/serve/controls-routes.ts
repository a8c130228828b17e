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
  dialOf,
} from '../../shared/domain/control.ts';
import { InvalidInput } from '../../shared/errors.ts';
import { controlOfCell } from '../../shared/rows/control-cells.ts';
import { laterThan, saveControls } from '../../shared/rows/save-controls.ts';
import { listenerKey, ROW_TABLES } from '../../shared/schema/rows.ts';
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

  const save = (listenerId: string, control: Control, changedAt: number) =>
    saveControls(deps, listenerId, [{ control, changedAt }]);

  /** Only one value of a dial holds: the others are taken back. */
  async function takeBackOthers(listenerId: string, kind: ControlKind, target: string, now: number) {
    const row = await deps.rows.read('listeners', listenerKey(listenerId), [
      { family: ROW_TABLES.listeners.control },
    ]);
    for (const cell of row?.cells ?? []) {
      const other = controlOfCell(cell);
      if (other?.kind === kind && other.target !== target && other.active)
        await takeBack(listenerId, kind, other.target, now);
    }
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
    if (kind === 'adventurousness') {
      if (Number.isNaN(dialOf(target)))
        throw new InvalidInput([{ pointer: '/path/target', detail: 'must be a whole number from 0 to 100' }]);
      await takeBackOthers(id, kind, target, now);
    }
    const { before, changedAt } = await readControl(id, kind, target);
    const goesOn = before?.active === true && (before.until === null || before.until > now);
    const control: Control = { kind, target, active: true, until, from: goesOn ? before.from : now };
    await save(id, control, laterThan(changedAt, now));
    return c.json(plain(control), 200);
  });

  async function takeBack(listenerId: string, kind: ControlKind, target: string, now: number) {
    const { before, changedAt } = await readControl(listenerId, kind, target);
    const ended = before?.active === true ? Math.min(now, before.until ?? now) : (before?.until ?? now);
    const control: Control = { kind, target, active: false, until: ended, from: before?.from ?? now };
    await save(listenerId, control, laterThan(changedAt, now));
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
