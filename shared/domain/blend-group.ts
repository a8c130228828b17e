/** Who blends with whom: a group that its members join and leave themselves. Pure; every change is a new value. */

export const FEWEST_MEMBERS = 2;
export const MOST_MEMBERS = 10;

export interface GroupMember {
  readonly listenerId: string;
  /** Epoch ms. */
  readonly joinedAt: number;
}

export interface BlendGroup {
  readonly id: string;
  /** Who may delete it; passed on to whoever has been in it longest. Null once it has ended. */
  readonly creator: string | null;
  /** What others need to join. */
  readonly invitation: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** By listener id; none: the group has ended and stays so. */
  readonly members: readonly GroupMember[];
}

/** A group of its creator alone. */
export function startGroup(id: string, creator: string, invitation: string, now: number): BlendGroup {
  return { id, creator, invitation, createdAt: now, members: [{ listenerId: creator, joinedAt: now }] };
}

export function hasEnded({ members }: BlendGroup): boolean {
  return members.length === 0;
}

export function memberOf({ members }: BlendGroup, listenerId: string): GroupMember | undefined {
  return members.find((member) => member.listenerId === listenerId);
}

/** The group with the listener in it; the very same where they are already. `full`: it has MOST_MEMBERS. */
export function joinGroup(group: BlendGroup, listenerId: string, now: number): BlendGroup | 'full' | 'ended' {
  if (hasEnded(group)) return 'ended';
  if (memberOf(group, listenerId) !== undefined) return group;
  if (group.members.length >= MOST_MEMBERS) return 'full';
  const members = [...group.members, { listenerId, joinedAt: now }];
  return { ...group, members: members.sort((a, b) => (a.listenerId < b.listenerId ? -1 : 1)) };
}

/** The group without the listener; the very same where they are no member. The last to leave ends it. */
export function leaveGroup(group: BlendGroup, listenerId: string): BlendGroup {
  if (memberOf(group, listenerId) === undefined) return group;
  const members = group.members.filter((member) => member.listenerId !== listenerId);
  if (members.length === 0) return endGroup(group);
  const [eldest] = members.toSorted((a, b) => a.joinedAt - b.joinedAt);
  const creator = group.creator === listenerId ? (eldest?.listenerId ?? null) : group.creator;
  return { ...group, members, creator };
}

/** Nothing of anybody is left in it, and nobody can join; its id is not used again. */
export function endGroup(group: BlendGroup): BlendGroup {
  return { ...group, creator: null, invitation: '', members: [] };
}
