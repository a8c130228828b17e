/** What readers hand to converters, and what converters make of it. */
import type { ListeningEvent } from '../domain/event.ts';
import type { CatalogueItem } from '../domain/item.ts';

/** One record of a file, or why there is none; `line` is its line or record number, 1-based. */
export type Read<T> =
  | { readonly line: number; readonly value: T }
  | { readonly line: number; readonly problem: string };

export interface ArtistFeatures {
  readonly kind: 'artist-features';
  readonly artistId: string;
  readonly name: string;
  readonly tempo: number | null;
  readonly key: number | null;
  readonly mode: number | null;
  readonly energy: number | null;
  readonly valence: number | null;
}

/** A record's worth: an event with its item, a description alone, or the reason why it is skipped. */
export type Converted =
  | { readonly event: ListeningEvent; readonly item: CatalogueItem | null }
  | { readonly item: CatalogueItem }
  | { readonly features: ArtistFeatures }
  /** Read as part of a set, such as a table of tags; told by other records. */
  | { readonly described: true }
  | { readonly skip: string };

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LATIN1 = new TextDecoder('windows-1252');

/** UTF-8 where the bytes are valid UTF-8, otherwise Latin-1 (as browsers read it: windows-1252). */
export function decodeText(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\ufffd')) return text;
  const part = bytes.subarray(start, end);
  try {
    return UTF8.decode(part);
  } catch {
    return LATIN1.decode(part);
  }
}
