/** The port's filters as Bigtable's RowFilter (google.bigtable.v2), encoded. */
import protobuf from 'protobufjs/minimal.js';
import { InvalidInput } from '../errors.ts';
import type { FamilyFilter } from '../ports/row-store.ts';
import { nameProblem } from '../rows/cells.ts';
import { writeMicros } from './bigtable-timestamps.ts';

/** An encoded RowFilter. */
export type EncodedFilter = Uint8Array;

const TAG = (field: number, type: 0 | 2) => ((field << 3) | type) >>> 0;

/** Fields of RowFilter. */
const CHAIN = 1;
const INTERLEAVE = 2;
const FAMILY_REGEX = 5;
const QUALIFIER_REGEX = 6;
const TIMESTAMP_RANGE = 8;
const VALUE_REGEX = 9;
const CELLS_PER_COLUMN_LIMIT = 12;
const VALUE_RANGE = 15;
const STRIP_VALUE = 13;

/** Of many filters: what each of them lets through (interleave), or only what all do (chain). */
function combined(field: typeof CHAIN | typeof INTERLEAVE, filters: readonly EncodedFilter[]): EncodedFilter {
  const [only] = filters;
  // Bigtable refuses a combination of one.
  if (filters.length === 1 && only !== undefined) return only;
  const writer = protobuf.Writer.create().uint32(TAG(field, 2)).fork();
  for (const filter of filters) writer.uint32(TAG(1, 2)).bytes(filter);
  return writer.ldelim().finish();
}

export const chain = (...filters: readonly EncodedFilter[]): EncodedFilter => combined(CHAIN, filters);

const text = (field: number, value: string): EncodedFilter =>
  protobuf.Writer.create().uint32(TAG(field, 2)).string(value).finish();

/** Matches the name and nothing else: in RE2 a backslash takes the meaning of any sign. */
function escaped(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_]/gu, (sign) =>
    (sign.codePointAt(0) ?? 0) < 128 ? `\\${sign}` : sign,
  );
}

export const ofFamily = (family: string): EncodedFilter => text(FAMILY_REGEX, escaped(family));
export const ofQualifiers = (qualifiers: readonly string[]): EncodedFilter =>
  text(QUALIFIER_REGEX, qualifiers.map(escaped).join('|'));

/** What Bigtable takes as a filter (its quotas). The emulator takes any, so that it is looked at here. */
const MAX_FILTER_BYTES = 20 * 1024;

/** Throws InvalidInput naming `pointer` when Bigtable would refuse the filter for its size. */
export function requireSize(filter: EncodedFilter, pointer: string): EncodedFilter {
  if (filter.length <= MAX_FILTER_BYTES) return filter;
  const detail = `makes a filter of ${filter.length} bytes, of which Bigtable takes ${MAX_FILTER_BYTES}`;
  throw new InvalidInput([{ pointer, detail }]);
}

/** Half-open, epoch milliseconds; without an end it goes on for ever. */
export function ofTimes(from: number, until?: number): EncodedFilter {
  const writer = protobuf.Writer.create().uint32(TAG(TIMESTAMP_RANGE, 2)).fork();
  writeMicros(writer.uint32(TAG(1, 0)), from);
  if (until !== undefined) writeMicros(writer.uint32(TAG(2, 0)), until);
  return writer.ldelim().finish();
}

/** The newest cell of each column that came this far. */
export const newest: EncodedFilter = protobuf.Writer.create()
  .uint32(TAG(CELLS_PER_COLUMN_LIMIT, 0))
  .int32(1)
  .finish();

/** Cells without their values, for who only asks whether they are there. */
export const withoutValue: EncodedFilter = protobuf.Writer.create()
  .uint32(TAG(STRIP_VALUE, 0))
  .bool(true)
  .finish();

/** Cells of exactly this value. A range, since a regex has a length limit; an empty bound would mean no bound. */
export function ofValue(value: string): EncodedFilter {
  if (value === '') return text(VALUE_REGEX, '()');
  const writer = protobuf.Writer.create().uint32(TAG(VALUE_RANGE, 2)).fork();
  return writer.uint32(TAG(1, 2)).string(value).uint32(TAG(3, 2)).string(value).ldelim().finish();
}

/** One filter of the port; undefined where nothing can pass it. */
function ofFilter({
  family,
  qualifiers,
  from,
  timestamps,
  versions,
}: FamilyFilter): EncodedFilter | undefined {
  const parts = [ofFamily(family)];
  if (qualifiers !== undefined) {
    // What cannot be stored is not looked for: as text on the wire it could become another name.
    const storable = [...new Set(qualifiers)].filter((name) => nameProblem(name) === undefined);
    if (storable.length === 0) return undefined;
    parts.push(ofQualifiers(storable));
  }
  const since = Math.max(0, Math.ceil(from ?? 0));
  if (!Number.isSafeInteger(since)) return undefined;
  if (timestamps !== undefined) {
    const wanted = timestamps.filter((at) => Number.isSafeInteger(at) && at >= since);
    if (wanted.length === 0) return undefined;
    // The same instant twice would let its cell through twice.
    parts.push(
      combined(
        INTERLEAVE,
        [...new Set(wanted)].map((at) => ofTimes(at, at + 1)),
      ),
    );
  } else if (since > 0) parts.push(ofTimes(since));
  if (versions !== 'all') parts.push(newest);
  return chain(...parts);
}

/**
 * The union of the port's filters: `undefined` for every cell, `nothing` where no cell can pass. Filters that overlap
 * let a cell through more than once. Throws InvalidInput for more filters than Bigtable takes at a time.
 */
export function ofFilters(
  filters: readonly FamilyFilter[] | undefined,
): EncodedFilter | undefined | 'nothing' {
  if (filters === undefined) return undefined;
  const parts = filters.map(ofFilter).filter((part) => part !== undefined);
  return parts.length === 0 ? 'nothing' : requireSize(combined(INTERLEAVE, parts), '/filters');
}
