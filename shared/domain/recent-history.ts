/** The recordings a listener heard last, as a build knows them; see stages/recent_history.sql for the text. */

export interface HistoryEntry {
  /** Days since 1970-01-01 UTC. */
  readonly lastDay: number;
  readonly plays: number;
  readonly forgottenFavourite: boolean;
}

export type RecentHistory = ReadonlyMap<string, HistoryEntry>;

/** Recordings by id, most recent first. */
export function parseHistory(text: string): RecentHistory {
  const history = new Map<string, HistoryEntry>();
  if (text === '') return history;
  for (const line of text.split('\n')) {
    const [recordingId = '', lastDay, plays, flag] = line.split('\t');
    history.set(recordingId, {
      lastDay: Number(lastDay),
      plays: Number(plays),
      forgottenFavourite: flag === 'f',
    });
  }
  return history;
}
