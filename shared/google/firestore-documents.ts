/**
 * Documents in Firestore: one JSON text per document. As Firestore's own types, what is undefined would be refused, a list
 * in a list as well, and 1.0 come back as 1; as text a value is the same here and in the embedded twin. Only what
 * Firestore itself has to read lies beside it: when the document ends.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidInput, TransientError } from '../errors.ts';
import { type Document, type DocumentStore, VersionConflict } from '../ports/document-store.ts';
import { nameProblem } from '../rows/cells.ts';
import { createFirestoreCalls, type FirestoreCalls, type StoredDocument } from './firestore-calls.ts';
import { expiryOf } from './firestore-expiry.ts';
import { decodeId, encodeId, successorOf } from './firestore-ids.ts';
import { GrpcFailure } from './grpc-channel.ts';
import { type Patience, type RetryTools, retrying } from './grpc-retries.ts';

export interface FirestoreOptions {
  readonly project: string;
  readonly database: string;
  readonly emulatorHost?: string | undefined;
  readonly patience?: Patience;
  readonly tools?: Partial<RetryTools>;
}

export type FirestoreDocuments = DocumentStore & { close(): Promise<void> };

const PATIENCE: Patience = { attemptMs: 10_000, totalMs: 30_000 };
/** google.rpc.Code of a precondition that does not hold: NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION. */
const CONFLICTS: ReadonlySet<number> = new Set([5, 6, 9]);
/** Firestore takes a mebibyte in a document. */
const MOST_BYTES = 1_000_000;
/** Writes by which a document remembers where it comes from. */
const MOST_WRITES = 16;
const WRITE_NAME_BYTES = 6;
/** google.rpc.Code of an attempt that is known to have written nothing: RESOURCE_EXHAUSTED, ABORTED. */
const WITHOUT_EFFECT: ReadonlySet<number> = new Set([8, 10]);
/** A time at which no document was changed. */
const NEVER = '0.0';
const VERSION = /^(\d+\.\d+)((?: [\w-]+)*)$/;

type Fate = 'written' | 'refused' | 'unknown';
type Version = Pick<StoredDocument, 'stamp' | 'writes'>;

/** A DocumentStore in Firestore. Its client is loaded, and connected, at the first call. */
export function createFirestoreDocuments(options: FirestoreOptions): FirestoreDocuments {
  return new GoogleDocuments(options);
}

class GoogleDocuments implements FirestoreDocuments {
  readonly #calls: FirestoreCalls;
  readonly #patience: Patience;
  readonly #tools: RetryTools;

  constructor({ patience = PATIENCE, tools, ...place }: FirestoreOptions) {
    this.#calls = createFirestoreCalls(place);
    this.#patience = patience;
    this.#tools = { now: Date.now, sleep, random: Math.random, ...tools };
  }

  async get<T>(collection: string, id: string): Promise<Document<T> | undefined> {
    requireNames({ collection, id });
    const found = await retrying(`Reading ${collection}`, this.#patience, this.#tools, (timeoutMs) =>
      this.#calls.get(collection, encodeId(id), timeoutMs),
    );
    return found && documentOf<T>(found);
  }

  async put<T>(
    collection: string,
    id: string,
    value: T,
    { ifVersion }: { ifVersion?: string | null } = {},
  ): Promise<string> {
    requireNames({ collection, id });
    const version = typeof ifVersion === 'string' ? parseVersion(ifVersion) : undefined;
    const own = randomBytes(WRITE_NAME_BYTES).toString('base64url');
    const writes = [own, ...(version?.writes ?? [])].slice(0, MOST_WRITES);
    const written = { id: encodeId(id), json: jsonOf(value), writes, expiresAt: expiryOf(value) };
    const condition = version?.stamp ?? (ifVersion === null ? null : undefined);
    /** An earlier attempt was not answered: what now stands in the way may be its own work. */
    let mayHaveLanded = false;
    const attempt = async (timeoutMs: number): Promise<string | Fate> => {
      try {
        return versionOf({
          stamp: await this.#calls.write(collection, written, condition, timeoutMs),
          writes,
        });
      } catch (error) {
        const code = error instanceof GrpcFailure ? error.code : undefined;
        if (condition === undefined || code === undefined || !CONFLICTS.has(code)) {
          mayHaveLanded ||= code === undefined || !WITHOUT_EFFECT.has(code);
          throw error;
        }
        if (!mayHaveLanded) return 'refused';
        const found = await this.#calls.get(collection, written.id, timeoutMs);
        if (found?.writes[0] === own) return versionOf(found);
        return fateOf(own, version?.writes[0], found?.writes ?? []);
      }
    };
    const outcome = await retrying(`Writing ${collection}`, this.#patience, this.#tools, attempt);
    if (outcome === 'refused') throw new VersionConflict(collection, id);
    if (outcome === 'unknown')
      throw new TransientError(
        `It is not known whether ${collection}/${id} was written; it has changed since.`,
      );
    // Others have written since: its stamp is not to be had any more, and nothing could be written upon it.
    return outcome === 'written' ? versionOf({ stamp: NEVER, writes }) : outcome;
  }

  async delete(collection: string, id: string): Promise<void> {
    requireNames({ collection, id });
    await retrying(`Deleting from ${collection}`, this.#patience, this.#tools, (timeoutMs) =>
      this.#calls.delete(collection, encodeId(id), timeoutMs),
    );
  }

  async list<T>(
    collection: string,
    { prefix = '', after, limit }: { prefix?: string; after?: string; limit?: number } = {},
  ): Promise<Document<T>[]> {
    requireNames({ collection, ...(prefix !== '' && { prefix }), ...(after && { after }) });
    if (limit !== undefined && limit <= 0) return [];
    const first = encodeId(prefix);
    const to = successorOf(first);
    const from = after === undefined ? first : encodeId(after);
    if (compare(from, to) >= 0) return [];
    const isInside = compare(from, first) >= 0;
    const range = {
      from: isInside ? from : first,
      fromIsExclusive: isInside && after !== undefined,
      to,
      limit,
    };
    const found = await retrying(`Listing ${collection}`, this.#patience, this.#tools, (timeoutMs) =>
      this.#calls.list(collection, range, timeoutMs),
    );
    return found.map((document) => documentOf<T>(document));
  }

  close(): Promise<void> {
    return this.#calls.close();
  }
}

/**
 * What became of a write that met a conflict on its way a second time. A document names the writes it was made by back
 * to one whose predecessor nobody knew, so a history that reaches the write's own base and lacks it says that it never was.
 */
function fateOf(own: string, base: string | undefined, history: readonly string[]): Fate {
  if (history.includes(own)) return 'written';
  return base !== undefined && history.includes(base) ? 'refused' : 'unknown';
}

/** Carries, beside the stamp, the writes that whoever writes upon this version has to name. */
function versionOf({ stamp, writes }: Version): string {
  return [stamp, ...writes].join(' ');
}

function parseVersion(text: string): Version {
  const [, stamp, writes] = VERSION.exec(text) ?? [];
  if (stamp === undefined || writes === undefined)
    throw new InvalidInput([{ pointer: '/ifVersion', detail: 'is no version of a document' }]);
  return { stamp, writes: writes.split(' ').slice(1) };
}

function documentOf<T>(stored: StoredDocument): Document<T> {
  return { id: decodeId(stored.id), value: JSON.parse(stored.json) as T, version: versionOf(stored) };
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function jsonOf(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new InvalidInput([{ pointer: '/value', detail: 'has no JSON form' }]);
  if (Buffer.byteLength(json) > MOST_BYTES)
    throw new InvalidInput([{ pointer: '/value', detail: `is larger than ${MOST_BYTES} bytes` }]);
  return json;
}

/** Collections are named in code, so they keep their names, and those that Firestore has no use for are refused. */
function requireNames(names: Readonly<Record<string, string>>): void {
  const problems = Object.entries(names).flatMap(([name, value]) => {
    const detail = nameProblem(value) ?? (name === 'collection' ? collectionProblem(value) : undefined);
    return detail === undefined ? [] : [{ pointer: `/${name}`, detail }];
  });
  if (problems.length > 0) throw new InvalidInput(problems);
}

function collectionProblem(name: string): string | undefined {
  return /\/|^\.{1,2}$|^__.*__$/.test(name) ? 'is no name of a collection in Firestore' : undefined;
}
