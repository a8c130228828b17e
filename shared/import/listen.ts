/** From a record's facts to one accepted event and its item: identity, time and length are judged here only. */
import { hash } from 'node:crypto';
import { EVENT_VERSION, type ListeningEvent } from '../domain/event.ts';
import { bareItem, type CatalogueItem, type ItemKind } from '../domain/item.ts';
import { artistIdOf, recordingIdOf } from '../domain/recording.ts';
import { RecentMap } from './recent-map.ts';
import type { Converted } from './record.ts';

/** Nothing listed here existed before: earlier dates are unset clocks (Last.fm opened in 2002). */
export const EARLIEST_LISTEN = Date.UTC(2000, 0, 1);
/** How far a listen may lie after the import: clocks differ, zones get lost. */
export const FUTURE_TOLERANCE_MS = 24 * 60 * 60 * 1000;
/** Longer names are no names; keeps events within what a message may hold. */
export const MAX_NAME_LENGTH = 1000;
/** Record identities remembered to number identical records of one file. */
const IDENTITIES = 131_072;
/** Names whose hashes are remembered. */
const NAMES = 65_536;

/** What an id may be: printable ASCII, 1 to 128 bytes. */
export function isValidId(id: string): boolean {
  return /^[\x20-\x7e]{1,128}$/.test(id);
}

/** A number of milliseconds that can be a listening time: finite, not negative. Zero is a valid listen. */
export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** What a record says, as far as it says it. */
export interface ListenFacts {
  readonly kind: ItemKind;
  /** What makes the record itself and no other, listener aside. */
  readonly identity: readonly (string | number)[];
  readonly occurredAt: number;
  readonly artist: string;
  readonly title: string;
  readonly album?: string | null;
  readonly itemId?: string | null;
  readonly msPlayed: number | null;
  readonly durationMs?: number | null;
  readonly skipped?: boolean;
  readonly private?: boolean;
  readonly isrc?: string | null;
  readonly mbid?: string | null;
  readonly genres?: readonly string[];
}

/** Makes the events and items of one file; keeps what is needed to number identical records. */
export class ListenMaker {
  private readonly occurrences = new RecentMap<number>(IDENTITIES);
  private readonly names = new RecentMap<{ artistId: string | null; recordingId: string }>(NAMES);
  readonly source: string;
  readonly listenerId: string;
  readonly receivedAt: number;

  constructor(source: string, listenerId: string, receivedAt: number) {
    this.source = source;
    this.listenerId = listenerId;
    this.receivedAt = receivedAt;
  }

  /**
   * `<source>:` and 24 hex digits of SHA-256 over listener, identity and how many identical records this file had
   * before: the same file gives the same ids, whatever its name. Identical records more than some 65,000 distinct
   * ones apart get one id and so count once; histories in order of time keep them side by side.
   */
  eventId(listenerId: string, identity: readonly (string | number)[]): string {
    const base = hex(JSON.stringify([listenerId, ...identity]));
    const before = this.occurrences.get(base) ?? 0;
    this.occurrences.set(base, before + 1);
    return `${this.source}:${before === 0 ? base : hex(`${base}#${before}`)}`;
  }

  /** An event with its item; a skip with its reason where a rule is broken. */
  make(facts: ListenFacts): Converted {
    const artist = facts.artist.trim();
    const title = facts.title.trim();
    if (artist === '' || title === '') return { skip: 'names no artist or no title' };
    if (artist.length > MAX_NAME_LENGTH || title.length > MAX_NAME_LENGTH)
      return { skip: `artist or title is longer than ${MAX_NAME_LENGTH} characters` };
    const wrongTime = this.judgeTime(facts.occurredAt);
    if (wrongTime !== null) return { skip: wrongTime };
    const named = this.identify(artist, title);
    const itemId = facts.itemId ?? named.recordingId;
    if (!isValidId(itemId)) return { skip: 'item id is not printable ASCII of at most 128 bytes' };
    const { durationMs = null, skipped = false } = facts;
    const event: ListeningEvent = {
      version: EVENT_VERSION,
      type: 'listen',
      eventId: this.eventId(this.listenerId, facts.identity),
      listenerId: this.listenerId,
      itemId,
      ...named,
      occurredAt: facts.occurredAt,
      receivedAt: this.receivedAt,
      msPlayed: facts.msPlayed === null ? null : Math.round(facts.msPlayed),
      durationMs,
      skipped,
      plays: 1,
      private: facts.private ?? false,
      context: {},
      source: this.source,
    };
    const item: CatalogueItem = {
      ...bareItem(itemId, this.source, this.receivedAt),
      ...named,
      kind: facts.kind,
      title,
      artist,
      album: facts.album?.trim() || null,
      genres: facts.genres ?? [],
      durationMs,
      isrc: facts.isrc ?? null,
      mbid: facts.mbid ?? null,
    };
    return { event, item };
  }

  /** Canonical ids of an artist and a title. */
  identify(artist: string, title: string): { artistId: string | null; recordingId: string } {
    const key = `${artist}\u001f${title}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const named = {
      artistId: artistIdOf(artist),
      recordingId: recordingIdOf({ itemId: '', title, artist }),
    };
    this.names.set(key, named);
    return named;
  }

  /** Why a time cannot be when a listen happened; null when it can. */
  judgeTime(at: number): string | null {
    if (at < EARLIEST_LISTEN) return 'is dated before 2000-01-01';
    if (at > this.receivedAt + FUTURE_TOLERANCE_MS) return 'is dated in the future';
    return null;
  }
}

const hex = (text: string): string => hash('sha256', text, 'hex').slice(0, 24);
