import { describe, expect, test } from 'vitest';
import {
  type BlendGroup,
  endGroup,
  hasEnded,
  joinGroup,
  leaveGroup,
  MOST_MEMBERS,
  memberOf,
  startGroup,
} from '../../shared/domain/blend-group.ts';

const started = startGroup('b1', 'mia', 'invite', 100);
const joined = (group: BlendGroup, listenerId: string, now: number): BlendGroup => {
  const next = joinGroup(group, listenerId, now);
  if (typeof next === 'string') throw new Error(next);
  return next;
};
const ids = ({ members }: BlendGroup) => members.map(({ listenerId }) => listenerId);

describe('a group', () => {
  test('begins with its creator and grows in the order of ids, whoever came first', () => {
    expect(started).toMatchObject({ creator: 'mia', members: [{ listenerId: 'mia', joinedAt: 100 }] });
    expect(ids(joined(joined(started, 'zoe', 101), 'ann', 102))).toEqual(['ann', 'mia', 'zoe']);
    expect(ids(started)).toEqual(['mia']);
  });

  test('joining twice changes nothing, not even since when', () => {
    const once = joined(started, 'ann', 101);
    expect(joinGroup(once, 'ann', 999)).toBe(once);
  });

  test('takes ten and not an eleventh, but the tenth again', () => {
    let full = started;
    for (let i = 1; i < MOST_MEMBERS; i++) full = joined(full, `m${i}`, 100 + i);
    expect(full.members).toHaveLength(10);
    expect(joinGroup(full, 'late', 200)).toBe('full');
    expect(joinGroup(full, 'm9', 200)).toBe(full);
    expect(ids(joined(leaveGroup(full, 'm9'), 'late', 200))).toContain('late');
  });

  test('is passed on to who has been in it longest when its creator leaves', () => {
    const three = joined(joined(started, 'zoe', 101), 'ann', 102);
    expect(leaveGroup(three, 'mia')).toMatchObject({ creator: 'zoe' });
    expect(leaveGroup(three, 'ann')).toMatchObject({ creator: 'mia' });
    expect(leaveGroup(three, 'stranger')).toBe(three);
  });

  test('ends with its last member or by its end, and nobody gets in again', () => {
    for (const ended of [leaveGroup(started, 'mia'), endGroup(joined(started, 'ann', 101))]) {
      expect(hasEnded(ended)).toBe(true);
      expect(ended).toMatchObject({ creator: null, invitation: '', members: [] });
      expect(joinGroup(ended, 'mia', 300)).toBe('ended');
      expect(memberOf(ended, 'mia')).toBeUndefined();
    }
  });
});
