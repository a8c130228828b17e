/** Blends as documents: the groups, who is in which by the hash of the listener, and the tracks of a day. */

import { hash } from 'node:crypto';
import {
  type BlendGroup,
  endGroup,
  hasEnded,
  joinGroup,
  leaveGroup,
  memberOf,
  startGroup,
} from '../domain/blend-group.ts';
import { DAY_MS } from '../domain/time.ts';
import { TransientError } from '../errors.ts';
import { type Document, type DocumentStore, VersionConflict } from '../ports/document-store.ts';
import { listenerHash } from '../schema/rows.ts';

const GROUPS = 'blends';
/** Ids `<listenerHash>~<blend id>`. Written before the group and removed after it, so that it misses none. */
const MEMBERSHIPS = 'blend-members';
/** Ids `<blend id>~<date>`. */
const DAYS = 'blend-days';
/** A day is dropped by the next; of a blend that nobody reads any more the store drops it then. */
const KEPT_DAYS = 7;

/** More than members can be in one another's way: each round somebody succeeds. */
const MOST_ATTEMPTS = 25;

/** Whoever asks for the same thing again, in the same words, gets the same blend. */
export function blendIdOf(creator: string, requestId: string): string {
  return `b${hash('sha256', `${creator}\n${requestId}`, 'hex').slice(0, 32)}`;
}

/** The group; undefined where there is none or it has ended. */
export async function readGroup(documents: DocumentStore, id: string): Promise<BlendGroup | undefined> {
  const group = (await documents.get<BlendGroup>(GROUPS, id))?.value;
  return group === undefined || hasEnded(group) ? undefined : group;
}

/** The new group of its creator; on repeats the group as it is. `gone`: it has ended, or the creator has left it. */
export async function createGroup(
  documents: DocumentStore,
  { id, creator, invitation, now }: { id: string; creator: string; invitation: string; now: number },
): Promise<{ readonly group: BlendGroup; readonly isNew: boolean } | 'gone'> {
  await documents.put(MEMBERSHIPS, membershipId(creator, id), {});
  const group = startGroup(id, creator, invitation, now);
  try {
    await documents.put(GROUPS, id, group, { ifVersion: null });
    return { group, isNew: true };
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
  }
  const known = (await documents.get<BlendGroup>(GROUPS, id))?.value;
  return known === undefined || memberOf(known, creator) === undefined
    ? 'gone'
    : { group: known, isNew: false };
}

/** The group with the listener in it. `unknown`: no such group, or another invitation. */
export async function addMember(
  documents: DocumentStore,
  { id, listenerId, invitation, now }: { id: string; listenerId: string; invitation: string; now: number },
): Promise<BlendGroup | 'full' | 'unknown'> {
  const isInvited = (group: BlendGroup) => group.invitation === invitation && !hasEnded(group);
  const known = await readGroup(documents, id);
  if (known === undefined || !isInvited(known)) return 'unknown';
  if (memberOf(known, listenerId) !== undefined) return known;
  await documents.put(MEMBERSHIPS, membershipId(listenerId, id), {});
  let refused: 'full' | 'unknown' | undefined;
  const group = await changeGroup(documents, id, (before) => {
    const joined = isInvited(before) ? joinGroup(before, listenerId, now) : 'ended';
    refused = joined === 'full' ? 'full' : joined === 'ended' ? 'unknown' : undefined;
    return typeof joined === 'string' ? before : joined;
  });
  return refused ?? group ?? 'unknown';
}

/**
 * Takes the listener out, if they joined no later than `until` (epoch ms), and everything the blend knew with them.
 * True where they were in it.
 */
export async function removeMember(
  documents: DocumentStore,
  id: string,
  listenerId: string,
  until: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  let wasMember = false;
  const group = await changeGroup(documents, id, (before) => {
    const member = memberOf(before, listenerId);
    wasMember = member !== undefined && member.joinedAt <= until;
    return wasMember ? leaveGroup(before, listenerId) : before;
  });
  if (group !== undefined && memberOf(group, listenerId) !== undefined) return false;
  await forgetDays(documents, id);
  await documents.delete(MEMBERSHIPS, membershipId(listenerId, id));
  return wasMember;
}

/** Ends a blend for all of its members. */
export async function removeGroup(documents: DocumentStore, id: string): Promise<void> {
  let members: BlendGroup['members'] = [];
  await changeGroup(documents, id, (before) => {
    members = before.members;
    return endGroup(before);
  });
  await forgetDays(documents, id);
  for (const { listenerId } of members) await documents.delete(MEMBERSHIPS, membershipId(listenerId, id));
}

/** The blends a listener is in, by id. */
export async function groupsOf(documents: DocumentStore, listenerId: string): Promise<BlendGroup[]> {
  const ids = await blendsIndexed(documents, listenerId);
  const groups = await Promise.all(ids.map((id) => readGroup(documents, id)));
  return groups.flatMap((group) =>
    group === undefined || memberOf(group, listenerId) === undefined ? [] : [group],
  );
}

/**
 * See Forgetting; of how many blends they were a member. Call it after the tombstone is written: whoever joins meanwhile
 * looks for that afterwards.
 */
export async function forgetBlends(
  documents: DocumentStore,
  hash: string,
  until: number = Number.POSITIVE_INFINITY,
): Promise<number> {
  const prefix = `${hash}~`;
  let removed = 0;
  for (const membership of await documents.list(MEMBERSHIPS, { prefix })) {
    const id = membership.id.slice(prefix.length);
    const group = (await documents.get<BlendGroup>(GROUPS, id))?.value;
    const member = group?.members.find(({ listenerId }) => listenerHash(listenerId) === hash);
    if (member === undefined) await documents.delete(MEMBERSHIPS, membership.id);
    else if (await removeMember(documents, id, member.listenerId, until)) removed += 1;
  }
  return removed;
}

/** What is kept of a day names the members it was made for. */
export interface DayOf {
  /** Listener ids in order. */
  readonly members: readonly string[];
}

/** The day's tracks, if they were made for these members. */
export async function readDay<T extends DayOf>(
  documents: DocumentStore,
  id: string,
  date: string,
  members: readonly string[],
): Promise<T | undefined> {
  const day = (await documents.get<T>(DAYS, dayId(id, date)))?.value;
  return day !== undefined && isFor(day, members) ? day : undefined;
}

/**
 * Keeps a day's tracks and returns them, or those another request kept first. Days before it are dropped. Undefined,
 * and nothing is kept, where the members have changed meanwhile.
 */
export async function keepDay<T extends DayOf>(
  documents: DocumentStore,
  id: string,
  date: string,
  day: T,
): Promise<T | undefined> {
  const kept = await keepFirst(documents, dayId(id, date), day, date);
  // Whoever leaves changes the group before dropping its days: one of the two sees the other.
  const group = await readGroup(documents, id);
  const members = group?.members.map(({ listenerId }) => listenerId) ?? [];
  if (!isFor(kept, members)) {
    const stored = await documents.get<T>(DAYS, dayId(id, date));
    if (stored !== undefined && !isFor(stored.value, members)) await documents.delete(DAYS, stored.id);
    return undefined;
  }
  for (const { id: earlier } of await documents.list(DAYS, { prefix: `${id}~` }))
    if (earlier < dayId(id, date)) await documents.delete(DAYS, earlier);
  return kept;
}

async function keepFirst<T extends DayOf>(
  documents: DocumentStore,
  id: string,
  day: T,
  date: string,
): Promise<T> {
  const expiresAt = new Date(Date.parse(date) + KEPT_DAYS * DAY_MS).toISOString();
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const stored = await documents.get<T>(DAYS, id);
    if (stored !== undefined && isFor(stored.value, day.members)) return stored.value;
    try {
      await documents.put(DAYS, id, { ...day, expiresAt }, { ifVersion: stored?.version ?? null });
      return day;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
  throw new TransientError('The day of a blend changes faster than it can be read.');
}

/** Changes a group as it stands; undefined where there is none. `change` may run several times. */
async function changeGroup(
  documents: DocumentStore,
  id: string,
  change: (group: BlendGroup) => BlendGroup,
): Promise<BlendGroup | undefined> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const stored: Document<BlendGroup> | undefined = await documents.get(GROUPS, id);
    if (stored === undefined) return undefined;
    const changed = change(stored.value);
    if (changed === stored.value) return changed;
    try {
      await documents.put(GROUPS, id, changed, { ifVersion: stored.version });
      return changed;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
  throw new TransientError('A blend changes faster than it can be read.');
}

async function blendsIndexed(documents: DocumentStore, listenerId: string): Promise<string[]> {
  const prefix = membershipId(listenerId, '');
  const found = await documents.list(MEMBERSHIPS, { prefix });
  return found.map(({ id }) => id.slice(prefix.length));
}

async function forgetDays(documents: DocumentStore, id: string): Promise<void> {
  for (const day of await documents.list(DAYS, { prefix: `${id}~` })) await documents.delete(DAYS, day.id);
}

const membershipId = (listenerId: string, id: string) => `${listenerHash(listenerId)}~${id}`;
const dayId = (id: string, date: string) => `${id}~${date}`;
const isFor = (day: DayOf, members: readonly string[]) =>
  day.members.length === members.length && day.members.every((member, index) => member === members[index]);
