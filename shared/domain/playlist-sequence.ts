/** The sequencer as briefs call it. */
import type { Sequence } from './brief-execution.ts';
import { sequence } from './sequencing.ts';

/** Playing order of a brief's tracks; the seed decides where the greedy starts begin. */
export const sequencePlaylist: Sequence = (tracks, { arc, seed }) => {
  // Only one draw is made; the golden ratio's multiples spread neighbouring seeds evenly.
  const draw = (seed * 0.618_033_988_749_894_9) % 1;
  return sequence(tracks, { ...(arc !== null && { arc }), random: () => draw - Math.floor(draw) });
};
