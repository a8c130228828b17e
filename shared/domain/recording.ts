/** Canonical identity: the recording behind its re-releases, and the artist behind spellings. */
import { createHash } from 'node:crypto';

/** What a release adds to a title without changing the recording that is heard. */
const RELEASE_NOTE =
  /\b(re-?master(ed)?|mono|stereo|single|album|radio|original)\b.*\b(version|edit|mix|master(ed)?)\b|\bre-?master(ed)?\b|\b(deluxe|anniversary|expanded|bonus)\b.*|\b(single|album|original|mono|stereo) version\b|^(mono|stereo)$/;
const FEATURING = /^(feat\.?|ft\.?|featuring|with)\s/;

/** Case, accents, punctuation and width folded; letters and digits of every script kept. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/['’`´]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** A title without guest credits and release notes: `Help! - Remastered 2009` is `Help!`; `(Live)` stays. */
export function canonicalTitle(title: string): string {
  let rest = title.replace(/\s*[([]([^()[\]]*)[)\]]/g, (whole, inside: string) => {
    const note = inside.trim().toLowerCase();
    return FEATURING.test(note) || RELEASE_NOTE.test(note) ? '' : whole;
  });
  const dash = rest.lastIndexOf(' - ');
  if (
    dash > 0 &&
    RELEASE_NOTE.test(
      rest
        .slice(dash + 3)
        .trim()
        .toLowerCase(),
    )
  )
    rest = rest.slice(0, dash);
  rest = rest.replace(/\s+(feat\.?|ft\.?|featuring)\s.*$/i, '');
  return foldText(rest) || foldText(title) || title.trim();
}

/** The first-named artist: `A feat. B` and `A ft. B` are `A`; `Simon & Garfunkel` stays one act. */
export function primaryArtist(artist: string): string {
  const name = artist.replace(/\s+[([]?(feat\.?|ft\.?|featuring)\s.*$/i, '');
  return foldText(name) || foldText(artist) || artist.trim();
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** `a` and 16 hex digits; equal for spellings that fold alike. Null for an empty name. */
export function artistIdOf(artist: string): string | null {
  const name = primaryArtist(artist);
  return name === '' ? null : `a${digest(name)}`;
}

/**
 * The recording an item is: `r` and 16 hex digits of folded artist and canonical title where both are known,
 * otherwise the item's own id.
 */
export function recordingIdOf(item: {
  itemId: string;
  title?: string | null;
  artist?: string | null;
}): string {
  if (!item.title?.trim() || !item.artist?.trim()) return item.itemId;
  return `r${digest(`${primaryArtist(item.artist)}\u001f${canonicalTitle(item.title)}`)}`;
}
