/** The one place that names row tables, families and qualifiers, and how keys are made. */
import { hash } from 'node:crypto';

/** Row tables and their column families. What infra provisions is what the code uses. */
export const ROW_TABLES = {
  /** Key: listenerKey(). */
  listeners: {
    /** `e#<eventId>`: one cell per event, timestamp = receivedAt, written once. */
    live: 'live',
    /** `<kind>#<target>`: last write wins, never collected. */
    control: 'control',
    /** `pool`, `heard`, `taste`, `recent`: timestamp = build. */
    build: 'build',
    /** `weekly#<ISO week>`: what was made for the listener; written once, again only when asked for. */
    made: 'made',
  },
  /** Key: item id. */
  catalog: {
    /** `item`: the description, last write wins. */
    meta: 'meta',
    /** `related`: neighbours and next tracks; `session`: rules and recent sessions. timestamp = build. */
    build: 'build',
  },
  /** Key: `popular#<kind>`, `genre#<genre>`, `artist#<artistId>`, `search#<shard>`, `meta#active`. */
  pools: {
    /** `pool`, of a shard `items`: timestamp = build. */
    build: 'build',
    /** `active` of the row `meta#active`: the publish pointer. */
    pointer: 'pointer',
  },
  /** Key: listenerHash(); never collected. */
  erasures: {
    /** `erasure`: the tombstone, newest wins. */
    tombstone: 'tombstone',
  },
} as const;

export type RowTable = keyof typeof ROW_TABLES;
/** Tables that a build writes into, each in its family `build`. */
export type BuildTable = Exclude<RowTable, 'erasures'>;

export const POINTER_KEY = 'meta#active';

/** `<4 hex of sha256(listenerId)>#<listenerId>`: spreads sequential ids over tablets. */
export function listenerKey(listenerId: string): string {
  return `${hash('sha256', listenerId, 'hex').slice(0, 4)}#${listenerId}`;
}

/** The listener id inside a listenerKey. */
export function listenerOfKey(key: string): string {
  return key.slice(5);
}

/** What an erasure leaves behind instead of the id: its SHA-256 in hex. */
export function listenerHash(listenerId: string): string {
  return hash('sha256', listenerId, 'hex');
}
