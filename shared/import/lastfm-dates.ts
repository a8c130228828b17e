/** The dates that Last.fm exporters write. Without a zone they are UTC, as Last.fm's own API gives them. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d+)?)?`;
const ZONE = String.raw`\s*(?<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?`;
const FORMATS = [
  // lastfm-to-csv `31 Jul 2021 14:23`, ghan.nl `31 Jul 2021, 14:23`, RFC 2822 `Sat, 31 Jul 2021 14:23:05 +0000`
  new RegExp(
    String.raw`^(?:[a-z]{3},\s*)?(?<day>\d{1,2}) (?<name>[a-z]{3})[a-z]* (?<year>\d{4}),? ${TIME}${ZONE}$`,
    'i',
  ),
  // ISO 8601 and SQL
  new RegExp(String.raw`^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})[T ]${TIME}${ZONE}$`, 'i'),
  // Last.fm Scrubbler `31.01.2018 04:58:59 +00:00`; dotted dates are day first everywhere
  new RegExp(String.raw`^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4}) ${TIME}${ZONE}$`, 'i'),
];

/**
 * Epoch milliseconds; null where the text is none of the known formats, or no date of the calendar. Whole
 * numbers are seconds up to ten digits and milliseconds from twelve (lastfmstats.com).
 */
export function parseLastfmDate(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d{1,10}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (/^\d{12,13}$/.test(trimmed)) return Number(trimmed);
  for (const format of FORMATS) {
    const parts = format.exec(trimmed)?.groups;
    if (parts !== undefined) return toInstant(parts);
  }
  return null;
}

function toInstant(parts: Record<string, string | undefined>): number | null {
  const number = (name: string): number => Number(parts[name] ?? 0);
  const month = parts.name === undefined ? number('month') - 1 : MONTHS.indexOf(parts.name.toLowerCase());
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')];
  const instant = Date.UTC(number('year'), month, number('day'), hour, minute, second);
  const back = new Date(instant);
  const real =
    back.getUTCMonth() === month &&
    back.getUTCDate() === number('day') &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return real ? instant - zoneOffset(parts.zone) : null;
}

function zoneOffset(zone: string | undefined): number {
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  if (parts === null) return 0;
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) * 60_000;
}
