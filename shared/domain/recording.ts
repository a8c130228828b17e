/** Canonical identity: the recording behind its re-releases, and the artist behind spellings. */
import { createHash } from 'node:crypto';
import { foldLetters, foldWords } from './text-folding.ts';

/** What a release adds to a title without changing the recording that is heard. */
const RELEASE_NOTE = new RegExp(
  [
    /\bre-?master(ed)?\b/,
    /\b(mono|stereo|single|album|radio|original)( \d{4})? (version|edit|mix|master)\b/,
    /\b(deluxe|anniversary|expanded|bonus|special|collectors)\b.*\b(edition|version|album|release|track)\b/,
    /^(mono|stereo|deluxe|expanded|bonus)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
/** What makes another recording of it, whatever else the note says: `Live / Remastered`, `Bonus Track Demo`. */
const OTHER_RECORDING =
  /\b(live|remix(ed)?|acoustic|demo|instrumental|karaoke|acapella|a cappella|unplugged|sessions?|rehearsal|outtake|alternat(e|ive)|take \d+|dub|cover|re-?record(ed|ing))\b/;

/** `with` credits a guest only where a name follows: not in `(With You)` nor in `(with Strings)`. */
const GUEST_NOTE =
  /^((feat|ft|featuring)\b[.:]?\s*\S|with (?!(a|an|my|your|our|you|me|u|us|him|her|them|it|or|no|love|somebody|someone|strings|lyrics)(\s|$)))/;
/** A credit outside brackets, up to the next bracket or dash; `50 ft Queenie` and `a feat of …` are none. */
const GUEST_CREDIT =
  /(?<=[^\s([].*)(?<![\p{L}\p{N}\p{M}])(?:feat|featuring|(?<!\d\s*)ft)(?![\p{L}\p{N}\p{M}])[.:]?\s*(?!of\b|and\b|&)[^\s()[\]](?:(?!\s-\s)[^()[\]])*/u;

function withoutGuests(name: string): string {
  let rest = name;
  while (/feat|ft/.test(rest)) {
    const next = rest.replace(GUEST_CREDIT, ' ');
    if (next === rest) return rest;
    rest = next;
  }
  return rest;
}

const isReleaseNote = (note: string): boolean => RELEASE_NOTE.test(note) && !OTHER_RECORDING.test(note);

/** A note without its release parts: `live at wembley; 2011 remaster` is `live at wembley`. Null: nothing remains. */
function withoutReleaseParts(note: string): string | null {
  const parts = note.split(/\s*[;/,|]\s*|\s-\s/);
  const kept = parts.filter((part) => !isReleaseNote(part));
  if (kept.length === parts.length) return note;
  const named = kept.filter((part) => !/^(\d{4})?$/.test(part));
  return named.length === 0 ? null : named.join(' ');
}

/** Folded words less the credits that punctuation hid, so that a canonical name is its own canonical name. */
function wordsOf(name: string): string {
  const words = foldWords(name);
  return foldWords(withoutGuests(words)) || words;
}

/** Folded words of what `strip` leaves of a name; a name of punctuation alone keeps it, unspaced. */
function canonicalName(name: string, strip: (folded: string) => string): string {
  const rest = strip(foldLetters(name));
  return wordsOf(rest) || rest.replace(/\s+/g, '') || wordsOf(name) || name.trim();
}

/** Case, accents, punctuation and width folded; letters and digits of every script kept. */
export function foldText(text: string): string {
  return foldWords(text);
}

/** A title without guest credits and release notes: `Help! - Remastered 2009` is `Help!`; `(Live)` stays. */
export function canonicalTitle(title: string): string {
  return canonicalName(title, (folded) => {
    const unbracketed = folded.replace(/[([]([^()[\]]*)[)\]]/g, (whole, inside: string) => {
      const note = inside.trim();
      if (GUEST_NOTE.test(note)) return ' ';
      const kept = withoutReleaseParts(note);
      return kept === note ? whole : kept === null ? ' ' : ` (${kept}) `;
    });
    const [name = '', ...notes] = withoutGuests(unbracketed).split(/\s-\s/);
    if (name.trim() === '') return folded;
    return [name, ...notes.flatMap((note) => withoutReleaseParts(note.trim()) ?? [])].join(' - ');
  });
}

/** The first-named artist: `A feat. B` and `A ft. B` are `A`; `Simon & Garfunkel` stays one act. */
export function primaryArtist(artist: string): string {
  return canonicalName(artist, (folded) =>
    withoutGuests(folded.replace(/[([]\s*(?:feat|ft|featuring)\b.*$/, '')),
  );
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
