/** What the tracks of a turn owe the brief, in words. */
import type { SessionAnswer } from '../../shared/api/session.ts';
import { type NextTrack, type Proposals, RELATED_TIER } from '../../shared/domain/steered-session-next.ts';

type Unmet = SessionAnswer['unmet'][number];

/** The constraints that gave way in these tracks, what nobody can meet, and whether there are too few tracks. */
export function unmetBy(
  tracks: readonly NextTrack[],
  { unknowable, relaxedTo }: Pick<Proposals, 'unknowable' | 'relaxedTo'>,
  count: number,
): Unmet[] {
  const of = tracks.length;
  const gaveWay = new Map<string, number>();
  for (const { proposal } of tracks)
    for (const constraint of proposal.violated) gaveWay.set(constraint, (gaveWay.get(constraint) ?? 0) + 1);
  const unmet: Unmet[] = unknowable.map(({ constraint, reason }) => ({
    constraint,
    reason,
    satisfied: 0,
    of,
  }));
  for (const [constraint, without] of gaveWay) {
    const satisfied = of - without;
    const reason = `${satisfied} of ${of} tracks satisfy it; what else does was served before, or is ruled out.`;
    unmet.push({ constraint, reason, satisfied, of });
  }
  if (relaxedTo !== undefined) {
    const satisfied = tracks.filter(({ proposal }) => proposal.tier < RELATED_TIER).length;
    const reason = 'These artists have no more tracks to serve: music like theirs follows.';
    if (satisfied < of) unmet.push({ constraint: 'onlyArtists', reason, satisfied, of });
  }
  if (of < count) {
    const reason = `Only ${of} of ${count} tracks are left that were not served before and are not ruled out.`;
    unmet.push({ constraint: 'length', reason, satisfied: of, of });
  }
  return unmet;
}
