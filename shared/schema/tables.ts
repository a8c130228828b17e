/** Warehouse tables that exist before any build: what topics and imports append to. Builds read them. */

export type ColumnType = 'STRING' | 'INT64' | 'FLOAT64' | 'BOOL' | 'TIMESTAMP';
export type Columns = Readonly<Record<string, ColumnType>>;

/** A table as declared; rows are only ever appended, corrections are newer rows. */
export interface TableSchema {
  readonly columns: Columns;
  /** Columns without which a row means nothing. */
  readonly required: readonly string[];
  /** Day partitioning on this column, clustering on the others (ignored by DuckDB). */
  readonly partitionBy: string;
  readonly clusterBy: readonly string[];
}

export const TABLES = {
  /** Accepted events, at least once each: the first stage dedupes by event_id. */
  listens: {
    columns: {
      event_id: 'STRING',
      version: 'INT64',
      type: 'STRING',
      listener_id: 'STRING',
      item_id: 'STRING',
      recording_id: 'STRING',
      artist_id: 'STRING',
      occurred_at: 'TIMESTAMP',
      received_at: 'TIMESTAMP',
      ms_played: 'INT64',
      duration_ms: 'INT64',
      skipped: 'BOOL',
      plays: 'INT64',
      private: 'BOOL',
      surface: 'STRING',
      session_id: 'STRING',
      playlist_id: 'STRING',
      position: 'INT64',
      impression_id: 'STRING',
      source: 'STRING',
    },
    required: ['event_id', 'type', 'listener_id', 'item_id', 'recording_id', 'occurred_at', 'received_at'],
    partitionBy: 'received_at',
    clusterBy: ['listener_id'],
  },
  /**
   * Descriptions of items, newest wins attribute by attribute. Genres are joined with '|'. What came later stands last,
   * where tables that are older get it.
   */
  catalogue: {
    columns: {
      item_id: 'STRING',
      recording_id: 'STRING',
      kind: 'STRING',
      title: 'STRING',
      artist: 'STRING',
      artist_id: 'STRING',
      album: 'STRING',
      genres: 'STRING',
      tempo: 'FLOAT64',
      key: 'INT64',
      mode: 'INT64',
      energy: 'FLOAT64',
      valence: 'FLOAT64',
      year: 'INT64',
      explicit: 'BOOL',
      duration_ms: 'INT64',
      source: 'STRING',
      updated_at: 'TIMESTAMP',
      popularity: 'INT64',
      released_at: 'TIMESTAMP',
    },
    required: ['item_id', 'recording_id', 'kind', 'updated_at'],
    partitionBy: 'updated_at',
    clusterBy: ['item_id'],
  },
  /** Mean features of an artist, used where a track of theirs has none of its own. */
  artist_features: {
    columns: {
      artist_id: 'STRING',
      name: 'STRING',
      tempo: 'FLOAT64',
      key: 'INT64',
      mode: 'INT64',
      energy: 'FLOAT64',
      valence: 'FLOAT64',
      updated_at: 'TIMESTAMP',
    },
    required: ['artist_id', 'updated_at'],
    partitionBy: 'updated_at',
    clusterBy: ['artist_id'],
  },
  /** Every change of a control; the newest of (listener, kind, target) holds. */
  controls: {
    columns: {
      listener_id: 'STRING',
      kind: 'STRING',
      target: 'STRING',
      active: 'BOOL',
      until: 'TIMESTAMP',
      changed_at: 'TIMESTAMP',
    },
    required: ['listener_id', 'kind', 'target', 'active', 'changed_at'],
    partitionBy: 'changed_at',
    clusterBy: ['listener_id'],
  },
  /** Erased listeners by hash: no stage may bring back what was received up to then. */
  erasures: {
    columns: { listener_hash: 'STRING', erased_at: 'TIMESTAMP' },
    required: ['listener_hash', 'erased_at'],
    partitionBy: 'erased_at',
    clusterBy: ['listener_hash'],
  },
  /** What was served, one row an item. */
  impressions: {
    columns: {
      impression_id: 'STRING',
      listener_id: 'STRING',
      surface: 'STRING',
      build_id: 'STRING',
      served_at: 'TIMESTAMP',
      position: 'INT64',
      item_id: 'STRING',
      recording_id: 'STRING',
      source: 'STRING',
      notion: 'STRING',
      score: 'FLOAT64',
      propensity: 'FLOAT64',
      evidence: 'STRING',
      artist_plays: 'INT64',
    },
    required: ['impression_id', 'listener_id', 'surface', 'served_at', 'position', 'item_id'],
    partitionBy: 'served_at',
    clusterBy: ['listener_id'],
  },
} as const satisfies Record<string, TableSchema>;

export type TableName = keyof typeof TABLES;

/** A row of a table: columns by name; a TIMESTAMP is epoch milliseconds, an absent column NULL. */
export type TableRow = Readonly<Record<string, string | number | boolean | null>>;
