/** Reading fields of parsed JSON, which may be anything. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field's text; null where it is absent, blank or no text. */
export function textOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** A Spotify URI of one kind, from a URI or an open.spotify.com address; null where it is neither. */
export function spotifyUri(text: string | null, kind: string): string | null {
  if (text === null) return null;
  const address = /^https?:\/\/open\.spotify\.com\/(?:intl-[a-z]+\/)?([a-z]+)\/([0-9A-Za-z]+)/.exec(text);
  if (address !== null) return address[1] === kind ? `spotify:${kind}:${address[2]}` : null;
  return text.startsWith(`spotify:${kind}:`) ? text : null;
}

/** A UUID in lower case; null for anything else. */
export function uuidOf(text: string | null): string | null {
  const uuid = text?.trim().toLowerCase() ?? '';
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) ? uuid : null;
}
