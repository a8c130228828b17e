/** The playlists of a listener's weeks, in their own row: one read with the rest of it, and gone with it. */
import type { Candidate } from '../domain/candidate.ts';
import type { RowStore } from '../ports/row-store.ts';
import { listenerKey, ROW_TABLES } from '../schema/rows.ts';

const FAMILY = ROW_TABLES.listeners.made;
const PREFIX = 'weekly#';

export interface StoredTrack extends Candidate {
  readonly rankedScore: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly notion: string;
  /** Absent in weeks made before places were left to chance. */
  readonly propensity?: number;
}

export interface StoredWeek {
  readonly week: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly build: number;
  /** Of the weights it was chosen by. */
  readonly version: string;
  readonly tracks: readonly StoredTrack[];
  readonly reserves: readonly StoredTrack[];
}

export type WeeklyPlaylists = ReturnType<typeof createWeeklyPlaylists>;

/** Weeks on rows. What was made before a listener's erasure does not exist. */
export function createWeeklyPlaylists(rows: Pick<RowStore, 'read' | 'write' | 'writeIfAbsent'>) {
  const cellOf = (listenerId: string, week: StoredWeek) => ({
    key: listenerKey(listenerId),
    family: FAMILY,
    qualifier: `${PREFIX}${week.week}`,
    timestamp: week.createdAt,
    value: JSON.stringify(week),
  });
  return {
    async read(listenerId: string, week: string, erasedAt = -1): Promise<StoredWeek | undefined> {
      const row = await rows.read('listeners', listenerKey(listenerId), [
        { family: FAMILY, qualifiers: [`${PREFIX}${week}`], from: erasedAt + 1 },
      ]);
      const cell = row?.cells[0];
      return cell === undefined ? undefined : (JSON.parse(cell.value) as StoredWeek);
    },

    /** All weeks that there are, newest first. */
    async all(listenerId: string, erasedAt = -1): Promise<StoredWeek[]> {
      const row = await rows.read('listeners', listenerKey(listenerId), [
        { family: FAMILY, from: erasedAt + 1 },
      ]);
      const cells = (row?.cells ?? []).filter(({ qualifier }) => qualifier.startsWith(PREFIX));
      return cells
        .map(({ value }) => JSON.parse(value) as StoredWeek)
        .sort((a, b) => (a.week < b.week ? 1 : -1));
    },

    /** Keeps it unless the week has one; returns the one that is kept, whoever wrote it. */
    async keep(listenerId: string, week: StoredWeek): Promise<StoredWeek> {
      const [there] = await rows.writeIfAbsent('listeners', [cellOf(listenerId, week)]);
      return there === undefined ? week : (JSON.parse(there.value) as StoredWeek);
    },

    /** Puts it in place of the week's one. */
    async replace(listenerId: string, week: StoredWeek): Promise<void> {
      await rows.write('listeners', [cellOf(listenerId, week)]);
    },
  };
}
