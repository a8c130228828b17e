/** Blends: create, join, leave, delete, list, and the day's tracks for all members. */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { HTTPException } from 'hono/http-exception';
import type { ApiApp, ApiDeps, ApiEnv } from '../../shared/api/app.ts';
import { type BlendAnswer, describeGroup } from '../../shared/api/blend.ts';
import { JSPF_TYPE } from '../../shared/api/jspf.ts';
import { actedFor, requireListener } from '../../shared/auth/principal.ts';
import { type BlendGroup, FEWEST_MEMBERS, MOST_MEMBERS, memberOf } from '../../shared/domain/blend-group.ts';
import type { RankingWeights } from '../../shared/domain/ranking.ts';
import { dateOf } from '../../shared/domain/time.ts';
import { Forbidden, NotFound, TransientError } from '../../shared/errors.ts';
import type { DocumentStore } from '../../shared/ports/document-store.ts';
import type { Topics } from '../../shared/ports/topics.ts';
import {
  addMember,
  blendIdOf,
  createGroup,
  groupsOf,
  keepDay,
  readDay,
  readGroup,
  removeGroup,
  removeMember,
} from '../../shared/serving/blend-documents.ts';
import {
  type ListenerView,
  type Reading,
  type ReadingDeps,
  readListener,
  startReading,
} from '../../shared/serving/reading.ts';
import { blendAsJspf, writeBlend } from './blend-answer.ts';
import { type BlendDay, isWhole, makeDay } from './blend-day.ts';
import {
  createBlendRoute,
  joinRoute,
  leaveRoute,
  listRoute,
  readRoute,
  removeRoute,
} from './blend-route-definitions.ts';

/** What addBlendRoutes() needs. */
export interface BlendDeps extends ApiDeps, ReadingDeps {
  readonly documents: DocumentStore;
  readonly topics: Pick<Topics, 'publish'>;
  readonly weights: RankingWeights;
}

/** Blends of one listener. */
export const MOST_BLENDS = 50;
/** How often a day is made anew because somebody came or went meanwhile. */
const MOST_ATTEMPTS = 4;

/** Adds the routes of Blend; the app authenticates. */
export function addBlendRoutes(app: ApiApp, deps: BlendDeps): void {
  const { documents } = deps;

  /** The groups without members that were erased since they joined, who are taken out for good. */
  async function withoutErased(groups: readonly BlendGroup[]): Promise<BlendGroup[]> {
    const erased = await deps.erasures.erasedAt(
      groups.flatMap(({ members }) => members.map(({ listenerId }) => listenerId)),
    );
    const changed = await Promise.all(
      groups.map(async (group) => {
        const gone = group.members.filter(
          ({ listenerId, joinedAt }) => joinedAt <= (erased.get(listenerId) ?? -1),
        );
        for (const { listenerId } of gone)
          await removeMember(documents, group.id, listenerId, erased.get(listenerId));
        return gone.length === 0 ? group : await readGroup(documents, group.id);
      }),
    );
    return changed.filter((group) => group !== undefined);
  }

  /** The group, if it is there and `viewer`, where there is one, is in it. Throws NotFound, the same for both. */
  async function groupFor(id: string, viewer: string | null): Promise<BlendGroup> {
    const found = await readGroup(documents, id);
    const [group] = found === undefined ? [] : await withoutErased([found]);
    if (group === undefined || (viewer !== null && memberOf(group, viewer) === undefined))
      throw new NotFound(`There is no blend ${JSON.stringify(id)}, or this listener is not in it.`);
    return group;
  }

  async function requireRoom(listenerId: string, blendId: string): Promise<void> {
    const others = (await groupsOf(documents, listenerId)).filter(({ id }) => id !== blendId);
    if (others.length >= MOST_BLENDS)
      throw new HTTPException(409, { message: `The listener is in ${MOST_BLENDS} blends already.` });
  }

  /** An erasure that began before the listener was in the group may have looked too early. */
  async function requireUnerased(listenerId: string, group: BlendGroup): Promise<void> {
    const erasedAt = (await deps.erasures.erasedAt([listenerId])).get(listenerId) ?? -1;
    const joinedAt = memberOf(group, listenerId)?.joinedAt ?? deps.clock.now();
    if (joinedAt > erasedAt) return;
    await removeMember(documents, group.id, listenerId, erasedAt);
    throw new TransientError('The listener is being erased.');
  }

  /** The day as kept, or made and kept now, unless a part was missing that may be there the next time. */
  async function dayFor(
    id: string,
    reading: Reading,
    views: ReadonlyMap<string, ListenerView>,
  ): Promise<BlendDay | undefined> {
    const date = dateOf(reading.now);
    const kept = await readDay<BlendDay>(documents, id, date, [...views.keys()]);
    if (kept !== undefined) return kept;
    const made = await makeDay(deps, reading, id, views);
    return isWhole(reading) ? keepDay(documents, id, date, made) : made;
  }

  app.openapi(createBlendRoute, async (c) => {
    const { listenerId: named, requestId } = c.req.valid('json');
    const creator = actedFor(c.get('principal'), named);
    const id = requestId === undefined ? deps.newId() : blendIdOf(creator, requestId);
    await requireRoom(creator, id);
    const made = await createGroup(documents, {
      id,
      creator,
      invitation: deps.newId(),
      now: deps.clock.now(),
    });
    if (made === 'gone')
      throw new HTTPException(409, { message: 'The blend of this requestId has ended or was left.' });
    await requireUnerased(creator, made.group);
    return c.json(describeGroup(made.group), made.isNew ? 201 : 200);
  });

  app.openapi(joinRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { listenerId: named, invitation } = c.req.valid('json');
    const listenerId = actedFor(c.get('principal'), named);
    await requireRoom(listenerId, id);
    const erasedAt = (await deps.erasures.erasedAt([listenerId])).get(listenerId);
    if (erasedAt !== undefined) await removeMember(documents, id, listenerId, erasedAt);
    const joined = await addMember(documents, { id, listenerId, invitation, now: deps.clock.now() });
    if (joined === 'unknown')
      throw new NotFound(`No blend ${JSON.stringify(id)} can be joined with this invitation.`);
    if (joined === 'full')
      throw new HTTPException(409, { message: `The blend has ${MOST_MEMBERS} members already.` });
    await requireUnerased(listenerId, joined);
    return c.json(describeGroup(joined), 200);
  });

  app.openapi(leaveRoute, async (c) => {
    const { id, listenerId } = c.req.valid('param');
    requireListener(c.get('principal'), listenerId);
    await removeMember(documents, id, listenerId);
    return c.body(null, 204);
  });

  app.openapi(removeRoute, async (c) => {
    const { id } = c.req.valid('param');
    const principal = c.get('principal');
    const viewer = principal.kind === 'listener' ? principal.listenerId : null;
    const { creator } = await groupFor(id, viewer);
    if (viewer !== null && viewer !== creator)
      throw new Forbidden('Only the creator of a blend deletes it; members leave it.');
    await removeGroup(documents, id);
    return c.body(null, 204);
  });

  app.openapi(listRoute, async (c) => {
    const { id } = c.req.valid('param');
    requireListener(c.get('principal'), id);
    const groups = await withoutErased(await groupsOf(documents, id));
    const blends = groups.filter((group) => memberOf(group, id) !== undefined).map(describeGroup);
    c.header('cache-control', 'no-store');
    return c.json({ listenerId: id, blends }, 200);
  });

  app.openapi(readRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { listenerId: named } = c.req.valid('query');
    const principal = c.get('principal');
    if (named !== undefined) requireListener(principal, named);
    const viewer = principal.kind === 'listener' ? principal.listenerId : (named ?? null);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const { members } = await groupFor(id, viewer);
      if (members.length < FEWEST_MEMBERS)
        throw new HTTPException(409, {
          message: `A blend needs at least ${FEWEST_MEMBERS} members; this one has ${members.length}.`,
        });
      const reading = startReading(deps.clock.now(), c.get('logger'));
      const views = new Map(
        await Promise.all(
          members.map(
            async ({ listenerId }) => [listenerId, await readListener(deps, reading, listenerId)] as const,
          ),
        ),
      );
      const day = await dayFor(id, reading, views);
      if (day === undefined) continue;
      const context = { blendId: id, viewer, impressionId: deps.newId() };
      return send(c, await writeBlend(deps, reading, day, views, context));
    }
    throw new TransientError('Members come and go faster than a blend is made.');
  });
}

/** JSON, or JSPF where the client asks for it. */
function send(c: Context<ApiEnv>, answer: BlendAnswer) {
  c.header('cache-control', 'no-store');
  c.header('vary', 'accept');
  const supports = ['application/json', JSPF_TYPE];
  if (accepts(c, { header: 'Accept', supports, default: 'application/json' }) === JSPF_TYPE)
    return c.json(blendAsJspf(answer, 'Blend'), 200, { 'content-type': JSPF_TYPE });
  return c.json(answer, 200);
}
