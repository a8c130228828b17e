/** Calls to Bigtable's data API, each until it works or its time is over. */
import type { FamilyFilter, Row } from '../ports/row-store.ts';
import type { RowTable } from '../schema/rows.ts';
import { RowAssembly } from './bigtable-chunks.ts';
import { ofFilters } from './bigtable-filters.ts';
import {
  CHECK_AND_MUTATE_ROW,
  type Condition,
  decodeCheckAndMutateRow,
  decodeMutateRows,
  type Entry,
  type EntryStatus,
  encodeCheckAndMutateRow,
  encodeMutateRows,
  encodeReadRows,
  MUTATE_ROWS,
  READ_ROWS,
  type TableAddress,
} from './bigtable-messages.ts';
import { CODE, type GrpcChannel, GrpcFailure } from './grpc-channel.ts';
import {
  asPortError,
  mayPass,
  type Patience,
  pauseBefore,
  type RetryTools,
  retrying,
} from './grpc-retries.ts';
import type { Hedged } from './hedging.ts';

export interface CallsOptions {
  readonly channel: GrpcChannel;
  /** `projects/…/instances/…`. */
  readonly instanceName: string;
  readonly appProfile: string;
  readonly reads: Patience;
  readonly writes: Patience;
  /** How long a scan waits for a message before it is begun anew where it was, ms. */
  readonly silenceMs: number;
  readonly tools: RetryTools;
  readonly hedged?: Hedged;
}

/** A scan may take long as long as it goes on. */
const SCAN_ATTEMPT_MS = 600_000;
const SCAN_TRIES = 6;

export class BigtableCalls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** The rows of these keys that have a cell passing the filters. */
  async rowsOf(
    table: RowTable,
    keys: readonly string[],
    filters: readonly FamilyFilter[] | undefined,
  ): Promise<Map<string, Row>> {
    const filter = ofFilters(filters);
    const found = new Map<string, Row>();
    if (filter === 'nothing' || keys.length === 0) return found;
    const { hedged, reads, tools } = this.#options;
    const request = encodeReadRows(this.#address(table), { keys }, filter);
    const attempt = (timeoutMs: number, signal?: AbortSignal) =>
      this.#collect(table, request, timeoutMs, signal);
    const rows = await retrying(`Reading ${table}`, reads, tools, (timeoutMs) =>
      hedged === undefined ? attempt(timeoutMs) : hedged((signal) => attempt(timeoutMs, signal)),
    );
    for (const row of rows) found.set(row.key, row);
    return found;
  }

  /** Rows by prefix in key order; goes on after the last whole row when a stream breaks or falls silent. */
  async *scan(
    table: RowTable,
    prefix: string,
    filters: readonly FamilyFilter[] | undefined,
  ): AsyncIterable<Row> {
    const filter = ofFilters(filters);
    if (filter === 'nothing') return;
    const { channel, tools, silenceMs } = this.#options;
    const address = this.#address(table);
    let after: string | undefined;
    for (let failures = 0; ; ) {
      const assembly = new RowAssembly(table);
      try {
        const request = encodeReadRows(address, { prefix, after }, filter);
        const call = this.#call(table, SCAN_ATTEMPT_MS);
        const open = (signal: AbortSignal) => channel.stream(READ_ROWS, request, { ...call, signal });
        for await (const message of unlessSilent(open, silenceMs)) {
          yield* assembly.push(message);
          // Also rows that were only scanned past, because they do not pass the filters, are progress.
          if (assembly.lastKey === undefined || assembly.lastKey === after) continue;
          after = assembly.lastKey;
          failures = 0;
        }
        assembly.end();
        return;
      } catch (error) {
        failures += 1;
        if (!mayPass(error) || failures >= SCAN_TRIES) throw asPortError(error, `Scanning ${table}`);
        await tools.sleep(pauseBefore(failures, tools.random()));
      }
    }
  }

  /** Applies every entry; what fails for a reason that may pass is sent again, and only that. */
  async mutate(table: RowTable, entries: readonly Entry[]): Promise<void> {
    const { writes, tools } = this.#options;
    let left = entries;
    await retrying(`Writing ${table}`, writes, tools, async (timeoutMs) => {
      const { again, failure } = await this.#mutateOnce(table, left, timeoutMs);
      left = again;
      if (failure !== undefined) throw failure;
    });
  }

  /**
   * Decides and writes in one step: whether the predicate matched. `onRepeat` is asked instead of believing a repeat's
   * answer, when an earlier attempt may have taken effect unheard; it tells the outcome, or undefined to go on.
   */
  async check(
    table: RowTable,
    condition: Condition,
    onRepeat: (matched: boolean) => Promise<boolean>,
  ): Promise<boolean> {
    const { channel, writes, tools } = this.#options;
    const request = encodeCheckAndMutateRow(this.#address(table), condition);
    return retrying(`Writing ${table}`, writes, tools, async (timeoutMs, isRepeat) => {
      const answer = await channel.unary(CHECK_AND_MUTATE_ROW, request, this.#call(table, timeoutMs));
      const matched = decodeCheckAndMutateRow(answer);
      return isRepeat ? onRepeat(matched) : matched;
    });
  }

  async #collect(
    table: RowTable,
    request: Uint8Array,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Row[]> {
    const assembly = new RowAssembly(table);
    const rows: Row[] = [];
    const call = { ...this.#call(table, timeoutMs), signal };
    for (const message of await this.#options.channel.collect(READ_ROWS, request, call))
      for (const row of assembly.push(message)) rows.push(row);
    assembly.end();
    return rows;
  }

  /** Entries that were not applied, as far as is known, and why one of them was not. */
  async #mutateOnce(
    table: RowTable,
    entries: readonly Entry[],
    timeoutMs: number,
  ): Promise<{ again: readonly Entry[]; failure: unknown }> {
    const request = encodeMutateRows(this.#address(table), entries);
    const statuses = new Map<number, EntryStatus>();
    let failure: unknown;
    try {
      const call = this.#call(table, timeoutMs);
      for await (const message of this.#options.channel.stream(MUTATE_ROWS, request, call))
        for (const status of decodeMutateRows(message)) statuses.set(status.index, status);
    } catch (error) {
      if (!mayPass(error)) throw error;
      failure = error;
    }
    const again = entries.filter((_, index) => statuses.get(index)?.code !== 0);
    for (const { code, message } of statuses.values()) {
      if (code === 0) continue;
      const refused = new GrpcFailure(code, message);
      if (!mayPass(refused)) throw refused;
      failure ??= refused;
    }
    if (again.length > 0) failure ??= new GrpcFailure(CODE.UNAVAILABLE, 'entries were left unanswered');
    return { again, failure: again.length === 0 ? undefined : failure };
  }

  #address(table: RowTable): TableAddress {
    const { instanceName, appProfile } = this.#options;
    return { tableName: `${instanceName}/tables/${table}`, appProfile };
  }

  #call(table: RowTable, timeoutMs: number) {
    const { tableName, appProfile } = this.#address(table);
    return {
      routing: `table_name=${encodeURIComponent(tableName)}&app_profile_id=${encodeURIComponent(appProfile)}`,
      timeoutMs,
    };
  }
}

/** The messages of a stream, each of which has to come within so many ms of being waited for. */
async function* unlessSilent(
  open: (signal: AbortSignal) => AsyncIterable<Buffer>,
  silenceMs: number,
): AsyncIterable<Buffer> {
  const silence = new AbortController();
  const listen = () => setTimeout(() => silence.abort(), silenceMs);
  let timer = listen();
  try {
    for await (const message of open(silence.signal)) {
      clearTimeout(timer);
      yield message;
      timer = listen();
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
    throw new GrpcFailure(CODE.DEADLINE_EXCEEDED, `no message within ${silenceMs} ms`);
  } finally {
    clearTimeout(timer);
  }
}
