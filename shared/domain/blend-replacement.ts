/** A blend after it was made: what a member has ruled out since gives way to a reserve. */
import type { BlendedTracks } from './blend.ts';
import type { BlendChoice } from './blend-selection.ts';
import type { Candidate } from './candidate.ts';

/**
 * The choices without what `blocks` rules out: in each place the first reserve of the same member, so that nobody's
 * share shrinks, or else the first of anybody; a place is left out when the reserves are used up.
 */
export function replaceBlocked(
  { choices, reserves }: BlendedTracks,
  blocks: (candidate: Candidate) => boolean,
): BlendChoice[] {
  const spare = reserves.filter(({ candidate }) => !blocks(candidate));
  const takeSpare = (listenerId: string): BlendChoice[] => {
    const same = spare.findIndex(({ attributedTo }) => attributedTo === listenerId);
    return spare.splice(Math.max(0, same), 1);
  };
  return choices.flatMap((choice) => (blocks(choice.candidate) ? takeSpare(choice.attributedTo) : [choice]));
}
