/** Spotify account data: `StreamingHistory*.json`, one year, named by artist and title only. */
import type { ItemKind } from '../domain/item.ts';
import { type Fields, isFields, textOf } from './fields.ts';
import { isDuration, type ListenMaker } from './listen.ts';
import type { Converted } from './record.ts';

const END_TIME = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2})$/;

/** `YYYY-MM-DD HH:MM` in UTC to epoch milliseconds; null for anything else. */
export function parseEndTime(text: string): number | null {
  const parts = END_TIME.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts;
  const instant = Date.UTC(year, month - 1, day, hour, minute);
  return new Date(instant).toISOString().slice(0, 16).replace('T', ' ') === text ? instant : null;
}

/** Artist and title as an account-data record names them. */
export function namesOf(record: Fields): { artist: string; title: string; show: boolean } {
  const show = textOf(record, 'podcastName');
  if (show !== null) return { artist: show, title: textOf(record, 'episodeName') ?? '', show: true };
  return {
    artist: textOf(record, 'artistName') ?? '',
    title: textOf(record, 'trackName') ?? '',
    show: false,
  };
}

/** Converts a record; `kindOf` decides what an artist's titles are, which the file does not say. */
export function convertAccountRecord(
  value: unknown,
  maker: ListenMaker,
  kindOf: (artist: string) => ItemKind,
): Converted {
  if (!isFields(value)) return { skip: 'is no object' };
  const occurredAt = parseEndTime(textOf(value, 'endTime') ?? '');
  if (occurredAt === null) return { skip: 'endTime is not a date like 2021-04-22 05:41' };
  const msPlayed = value.msPlayed;
  if (!isDuration(msPlayed)) return { skip: 'msPlayed is not a number of 0 or more' };
  const { artist, title, show } = namesOf(value);
  return maker.make({
    kind: show ? 'episode' : kindOf(artist),
    identity: [textOf(value, 'endTime') ?? '', artist, title, msPlayed],
    occurredAt,
    artist,
    title,
    msPlayed,
  });
}
