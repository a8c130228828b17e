/** What a file is, told by its first bytes and never by its name. */

import type { CsvLayout } from './csv-rows.ts';
import { splitRow } from './csv-rows.ts';
import { describedBy, type FeatureColumns, findFeatureColumns } from './feature-columns.ts';
import { type HetrecPart, hetrecPartOf } from './hetrec.ts';
import type { JsonShape } from './json-values.ts';
import { findLastfmColumns, HEADERLESS, type LastfmColumns } from './lastfm.ts';
import { parseLastfmDate } from './lastfm-dates.ts';
import { EARLIEST_LISTEN } from './listen.ts';
import { decodeText } from './record.ts';

/** Unpacked bytes that recognition looks at. */
export const HEAD_BYTES = 65_536;

export type Format =
  | { readonly name: 'spotify-account' | 'spotify-podcasts' | 'spotify-extended'; readonly json: JsonShape }
  | { readonly name: 'listenbrainz'; readonly json: JsonShape }
  | { readonly name: 'lastfm'; readonly csv: CsvLayout; readonly columns: LastfmColumns }
  | {
      readonly name: 'features' | 'artist-features';
      readonly csv: CsvLayout;
      readonly columns: FeatureColumns;
    }
  | { readonly name: HetrecPart };

export type FormatName = Format['name'];

/** What an unrecognised file could have been. */
export const EXPECTED = [
  'Spotify account data (a JSON array with endTime, artistName, trackName, msPlayed)',
  'Spotify extended history (a JSON array with ts, ms_played)',
  'Last.fm CSV (artist, album, track, date; with or without a header)',
  'ListenBrainz listens (JSON lines or an array with listened_at, track_metadata)',
  'HetRec 2011 Last.fm (.dat files with their header lines)',
  'audio features (CSV with a header: artist, track or id, and tempo, key, energy or valence)',
].join('; ');

const JSON_FORMATS = [
  { name: 'spotify-account', keys: ['endTime', 'artistName', 'trackName', 'msPlayed'] },
  { name: 'spotify-podcasts', keys: ['endTime', 'podcastName', 'episodeName', 'msPlayed'] },
  { name: 'spotify-extended', keys: ['ts', 'ms_played'] },
  { name: 'listenbrainz', keys: ['listened_at', 'track_metadata'] },
] as const;

/** The format of a file that begins with these bytes, or why it is none. `whole`: they are the whole file. */
export function recognise(head: Buffer, whole: boolean): Format | { readonly problem: string } {
  const problem = (what: string) => ({ problem: `${what}; expected ${EXPECTED}` });
  if (head.length === 0) return problem('is empty');
  if (head[0] === 0 || head.includes(0)) return problem('is binary or not in UTF-8');
  const text = decodeText(whole ? head : untilLastNewline(head)).replace(/^\ufeff/, '');
  if (text.trim() === '') return problem('is empty');
  if (/^\s*[[{]/.test(text)) {
    const json = decodeText(head)
      .replace(/^\ufeff/, '')
      .trimStart();
    return recogniseJson(json) ?? recogniseCsv(text) ?? problem('is JSON of an unknown kind');
  }
  const part = hetrecPartOf(text.trimStart().split('\n', 1)[0] ?? '');
  if (part !== null) return { name: part };
  return recogniseCsv(text) ?? problem('is not recognised');
}

/** So that no character is cut in half; a single long line is taken as it is. */
function untilLastNewline(head: Buffer): Buffer {
  const end = head.lastIndexOf(0x0a);
  return end > 0 ? head.subarray(0, end) : head;
}

function recogniseJson(text: string): Format | null {
  const found = JSON_FORMATS.find(({ keys }) => keys.every((key) => new RegExp(`"${key}"\\s*:`).test(text)));
  if (found === undefined) return null;
  return { name: found.name, json: text.startsWith('[') ? 'array' : shapeOfObjects(text) };
}

/** Lines when the first line is a value of its own or is too long to tell, otherwise documents. */
function shapeOfObjects(text: string): JsonShape {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 1) return 'lines';
  const whole = lines.slice(0, 10).some((line) => {
    try {
      return typeof JSON.parse(line) === 'object';
    } catch {
      return false;
    }
  });
  return whole ? 'lines' : 'documents';
}

function recogniseCsv(text: string): Format | null {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '')
    .slice(0, 5);
  for (const delimiter of [',', ';', '\t'] as const) {
    const header = splitRow(lines[0] ?? '', delimiter);
    if (header === null || header.length < 2) continue;
    const csv: CsvLayout = { delimiter, fields: header.length, header: true };
    const columns = findFeatureColumns(header);
    const described = describedBy(columns);
    if (described !== null) {
      return { name: described === 'tracks' ? 'features' : 'artist-features', csv, columns };
    }
    const lastfm = findLastfmColumns(header);
    if (lastfm !== null) return { name: 'lastfm', csv, columns: lastfm };
  }
  return recogniseHeaderless(lines);
}

/** artist, album, track and a date that can be one, in any of the first lines. */
function recogniseHeaderless(lines: readonly string[]): Format | null {
  for (const delimiter of [',', ';', '\t'] as const) {
    for (const line of lines) {
      const fields = splitRow(line, delimiter);
      const date = parseLastfmDate(fields?.[HEADERLESS.date] ?? '');
      if (fields !== null && date !== null && date >= EARLIEST_LISTEN) {
        const csv = { delimiter, fields: fields.length, header: false };
        return { name: 'lastfm', csv, columns: HEADERLESS };
      }
    }
  }
  return null;
}
