/** A session as it is told of: its brief, what it leans to, and the chain of what was heard and what came of it. */
import type { Session } from '../../shared/api/session.ts';
import type { SessionState } from '../../shared/domain/steered-session.ts';
import type { Leanings } from '../../shared/domain/steered-session-average.ts';
import { briefOf } from './turn-answer.ts';

export function tellSession(state: SessionState): Session {
  const { sound, genres, artists } = state.average;
  return {
    sessionId: state.id,
    listenerId: state.listenerId,
    createdAt: new Date(state.createdAt).toISOString(),
    expiresAt: state.expiresAt,
    prompt: state.prompt,
    seeds: { tracks: [...state.seeds.tracks], artists: [...state.seeds.artists] },
    brief: briefOf(state.brief),
    briefBy: state.briefBy,
    turns: state.turns,
    tracks: state.tracks,
    leanings: { ...sound, genres: tellLeanings(genres), artists: tellLeanings(artists) },
    history: structuredClone(state.history).map((turn) => ({
      ...turn,
      at: new Date(turn.at).toISOString(),
    })) as Session['history'],
  };
}

function tellLeanings(leanings: Leanings): { name: string; strength: number }[] {
  return leanings.map(([name, strength]) => ({ name, strength }));
}
