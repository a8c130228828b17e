/** Documents in Firestore: one JSON text per document, so that a value comes back as it went, whatever Firestore's types. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DocumentReference, DocumentSnapshot, Firestore, Timestamp } from '@google-cloud/firestore';
import { InvalidInput } from '../errors.ts';
import { type Document, type DocumentStore, VersionConflict } from '../ports/document-store.ts';
import { nameProblem } from '../rows/cells.ts';
import { decodeId, encodeId } from './firestore-ids.ts';
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

/** What a document holds. `write` names the write that made it, by which one whose answer was lost knows itself again. */
interface Stored {
  readonly json: string;
  readonly write: string;
}

const PATIENCE: Patience = { attemptMs: 10_000, totalMs: 30_000 };
/** google.rpc.Code of a precondition that does not hold. */
const CONFLICTS: ReadonlySet<number> = new Set([5, 6, 9]);
/** Firestore takes a mebibyte in a document. */
const MOST_BYTES = 1_000_000;
/** Sorts after every id that goes on from where it stands. */
const LAST = '\u{10ffff}';

/** A DocumentStore in Firestore. Its client is loaded, and connected, at the first call. */
export function createFirestoreDocuments(options: FirestoreOptions): FirestoreDocuments {
  return new GoogleDocuments(options);
}

class GoogleDocuments implements FirestoreDocuments {
  readonly #options: FirestoreOptions;
  readonly #tools: RetryTools;
  #client: Promise<Firestore> | undefined;

  constructor(options: FirestoreOptions) {
    this.#options = options;
    this.#tools = { now: Date.now, sleep, random: Math.random, ...options.tools };
  }

  async get<T>(collection: string, id: string): Promise<Document<T> | undefined> {
    requireNames({ collection, id });
    const snapshot = await this.#try(`Reading ${collection}`, async () =>
      (await this.#reference(collection, id)).get(),
    );
    return snapshot.exists ? documentOf<T>(id, snapshot) : undefined;
  }

  async put<T>(
    collection: string,
    id: string,
    value: T,
    { ifVersion }: { ifVersion?: string | null } = {},
  ): Promise<string> {
    requireNames({ collection, id });
    const stored: Stored = { json: jsonOf(value), write: randomUUID() };
    return this.#try(`Writing ${collection}`, async () => {
      const reference = await this.#reference(collection, id);
      try {
        return await write(reference, stored, ifVersion);
      } catch (error) {
        if (ifVersion === undefined || !CONFLICTS.has(codeOf(error) ?? 0)) throw error;
        // The client repeats by itself what went unanswered: it may be our own write that stands in our way.
        const snapshot = await reference.get();
        if (snapshot.exists && snapshot.get('write') === stored.write) return versionOf(snapshot);
        throw new VersionConflict(collection, id);
      }
    });
  }

  async delete(collection: string, id: string): Promise<void> {
    requireNames({ collection, id });
    await this.#try(`Deleting from ${collection}`, async () =>
      (await this.#reference(collection, id)).delete(),
    );
  }

  async list<T>(
    collection: string,
    { prefix = '', after, limit }: { prefix?: string; after?: string; limit?: number } = {},
  ): Promise<Document<T>[]> {
    requireNames({ collection, ...(prefix !== '' && { prefix }), ...(after && { after }) });
    if (limit !== undefined && limit <= 0) return [];
    const start = encodeId(prefix);
    const encodedAfter = after === undefined ? undefined : encodeId(after);
    if (encodedAfter !== undefined && isPast(encodedAfter, start)) return [];
    const { FieldPath } = await import('@google-cloud/firestore');
    const client = await this.#connected();
    const isLater =
      encodedAfter !== undefined && Buffer.compare(Buffer.from(encodedAfter), Buffer.from(start)) >= 0;
    let query = client.collection(collection).orderBy(FieldPath.documentId());
    query = isLater ? query.startAfter(encodedAfter) : query.startAt(start);
    query = query.endBefore(start + LAST);
    if (limit !== undefined) query = query.limit(limit);
    const { docs } = await this.#try(`Listing ${collection}`, () => query.get());
    return docs.map((snapshot) => documentOf<T>(decodeId(snapshot.id), snapshot));
  }

  async close(): Promise<void> {
    await (await this.#client)?.terminate();
  }

  async #reference(collection: string, id: string): Promise<DocumentReference> {
    return (await this.#connected()).collection(collection).doc(encodeId(id));
  }

  #connected(): Promise<Firestore> {
    this.#client ??= connect(this.#options);
    return this.#client;
  }

  #try<T>(what: string, work: () => Promise<T>): Promise<T> {
    return retrying(what, this.#options.patience ?? PATIENCE, this.#tools, async () => {
      try {
        return await work();
      } catch (error) {
        const code = codeOf(error);
        throw code === undefined ? error : new GrpcFailure(code, (error as Error).message);
      }
    });
  }
}

async function connect({ project, database, emulatorHost }: FirestoreOptions): Promise<Firestore> {
  const { Firestore } = await import('@google-cloud/firestore');
  return new Firestore({
    projectId: project,
    databaseId: database,
    ...(emulatorHost !== undefined && { host: emulatorHost, ssl: false, customHeaders: EMULATOR_OWNER }),
  });
}

/** The emulator's rules let this one through. */
const EMULATOR_OWNER = { Authorization: 'Bearer owner' };

async function write(
  reference: DocumentReference,
  stored: Stored,
  ifVersion: string | null | undefined,
): Promise<string> {
  const { Timestamp } = await import('@google-cloud/firestore');
  if (ifVersion === undefined) return stampOf((await reference.set(stored)).writeTime);
  if (ifVersion === null) return stampOf((await reference.create(stored)).writeTime);
  const [seconds, nanoseconds] = ifVersion.split('.').map(Number);
  if (!Number.isInteger(seconds) || !Number.isInteger(nanoseconds))
    throw new InvalidInput([{ pointer: '/ifVersion', detail: 'is no version of a document' }]);
  const lastUpdateTime = new Timestamp(seconds ?? 0, nanoseconds ?? 0);
  return stampOf((await reference.update({ ...stored }, { lastUpdateTime })).writeTime);
}

/** True where no id that starts with `prefix` comes after `after`. */
function isPast(after: string, prefix: string): boolean {
  return !after.startsWith(prefix) && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) > 0;
}

function stampOf({ seconds, nanoseconds }: Timestamp): string {
  return `${seconds}.${nanoseconds}`;
}

function versionOf(snapshot: DocumentSnapshot): string {
  const { updateTime } = snapshot;
  if (updateTime === undefined) throw new Error(`${snapshot.ref.path} has no time of its last change.`);
  return stampOf(updateTime);
}

function documentOf<T>(id: string, snapshot: DocumentSnapshot): Document<T> {
  return { id, value: JSON.parse(snapshot.get('json') as string) as T, version: versionOf(snapshot) };
}

function codeOf(error: unknown): number | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
}

function jsonOf(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new InvalidInput([{ pointer: '/value', detail: 'has no JSON form' }]);
  if (Buffer.byteLength(json) > MOST_BYTES)
    throw new InvalidInput([{ pointer: '/value', detail: `is larger than ${MOST_BYTES} bytes` }]);
  return json;
}

function requireNames(names: Readonly<Record<string, string>>): void {
  const problems = Object.entries(names).flatMap(([name, value]) => {
    const detail = nameProblem(value);
    return detail === undefined ? [] : [{ pointer: `/${name}`, detail }];
  });
  if (problems.length > 0) throw new InvalidInput(problems);
}
