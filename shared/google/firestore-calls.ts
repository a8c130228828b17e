/** Firestore's generated client, one attempt a call: how often and how long is decided by who knows what may be repeated. */
import { createRequire } from 'node:module';
import type { v1 } from '@google-cloud/firestore';
import type * as Grpc from '@grpc/grpc-js';
import { timestampOf } from './firestore-expiry.ts';
import { GrpcFailure } from './grpc-channel.ts';

export interface FirestorePlace {
  readonly project: string;
  readonly database: string;
  readonly emulatorHost?: string | undefined;
}

/** A document as it lies in Firestore. */
export interface StoredDocument {
  /** The last part of its name. */
  readonly id: string;
  readonly json: string;
  /** The writes that made it, newest first. */
  readonly writes: readonly string[];
  /** Of its last change, `seconds.nanoseconds`. */
  readonly stamp: string;
}

/** A document to be written. */
export interface NewDocument extends Omit<StoredDocument, 'stamp'> {
  /** Epoch ms at which Firestore may remove it, where its collection has such a policy; undefined: never. */
  readonly expiresAt?: number | undefined;
}

/** What must hold of a document for a write to happen: it is of this stamp, or (null) it is not there. */
export type Precondition = string | null | undefined;

export interface IdRange {
  readonly from: string;
  readonly fromIsExclusive: boolean;
  /** Exclusive. */
  readonly to: string;
  readonly limit?: number | undefined;
}

/** Calls by collection and id, each with its milliseconds. They reject with a GrpcFailure. */
export interface FirestoreCalls {
  get(collection: string, id: string, timeoutMs: number): Promise<StoredDocument | undefined>;
  /** Returns the stamp of the written document. */
  write(
    collection: string,
    document: NewDocument,
    condition: Precondition,
    timeoutMs: number,
  ): Promise<string>;
  delete(collection: string, id: string, timeoutMs: number): Promise<void>;
  /** In order of ids. */
  list(collection: string, range: IdRange, timeoutMs: number): Promise<StoredDocument[]>;
  close(): Promise<void>;
}

type Client = InstanceType<typeof v1.FirestoreClient>;
type CallOptions = NonNullable<Parameters<Client['runQuery']>[1]>;
type Write = NonNullable<Parameters<Client['commit']>[0]['writes']>[number];
type ProtoDocument = NonNullable<Write['update']>;
type ProtoTime = ProtoDocument['updateTime'];

/** The field by which Firestore orders by id. */
const BY_ID = '__name__';

/** Nothing is loaded or connected before the first call. */
export function createFirestoreCalls(place: FirestorePlace): FirestoreCalls {
  const database = `projects/${place.project}/databases/${place.database}`;
  const parent = `${database}/documents`;
  const nameOf = (collection: string, id: string) => `${parent}/${collection}/${id}`;
  let connecting: Promise<Client> | undefined;

  async function call<T>(
    timeoutMs: number,
    send: (client: Client, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    connecting ??= connect(place);
    try {
      return await send(await connecting, optionsOf(place, timeoutMs));
    } catch (error) {
      const { code } = error as { code?: unknown };
      throw typeof code === 'number' ? new GrpcFailure(code, (error as Error).message) : error;
    }
  }

  async function commit(write: Write, timeoutMs: number): Promise<string> {
    const [answer] = await call(timeoutMs, (client, options) =>
      client.commit({ database, writes: [write] }, options),
    );
    return stampOf(answer.writeResults?.[0]?.updateTime ?? answer.commitTime);
  }

  return {
    get: (collection, id, timeoutMs) =>
      call(timeoutMs, async (client, options) => {
        // Asked for one by one, a document that is not there could not be told from a database that is not there.
        const documents = [nameOf(collection, id)];
        const answers: AsyncIterable<{ found?: ProtoDocument | null }> = client.batchGetDocuments(
          { database, documents },
          options,
        );
        for await (const { found } of answers) if (found) return storedOf(found);
        return undefined;
      }),

    write: (collection, { id, json, writes, expiresAt }, condition, timeoutMs) =>
      commit(
        {
          update: {
            name: nameOf(collection, id),
            fields: {
              json: { stringValue: json },
              writes: { arrayValue: { values: writes.map((stringValue) => ({ stringValue })) } },
              ...(expiresAt !== undefined && { expiresAt: { timestampValue: timestampOf(expiresAt) } }),
            },
          },
          ...(condition !== undefined && { currentDocument: preconditionOf(condition) }),
        },
        timeoutMs,
      ),

    async delete(collection, id, timeoutMs) {
      await commit({ delete: nameOf(collection, id) }, timeoutMs);
    },

    async list(collection, { from, fromIsExclusive, to, limit }, timeoutMs) {
      const cursor = (id: string) => [{ referenceValue: nameOf(collection, id) }];
      const structuredQuery = {
        from: [{ collectionId: collection }],
        orderBy: [{ field: { fieldPath: BY_ID } }],
        startAt: { values: cursor(from), before: !fromIsExclusive },
        endAt: { values: cursor(to), before: true },
        ...(limit !== undefined && { limit: { value: limit } }),
      };
      return call(timeoutMs, async (client, options) => {
        const documents: StoredDocument[] = [];
        const answers: AsyncIterable<{ document?: ProtoDocument | null }> = client.runQuery(
          { parent, structuredQuery },
          options,
        );
        for await (const { document } of answers) if (document) documents.push(storedOf(document));
        return documents;
      });
    },

    async close() {
      await (await connecting)?.close();
    },
  };
}

/** The emulator's rules let its owner through. */
const EMULATOR_HEADERS = { authorization: 'Bearer owner' };

async function connect({ project, emulatorHost }: FirestorePlace): Promise<Client> {
  // Node sees only some of this CommonJS package's names, and all of them on its default.
  const { v1 } = (await import('@google-cloud/firestore')).default;
  if (emulatorHost === undefined) return new v1.FirestoreClient({ projectId: project });
  const { hostname, port } = new URL(`http://${emulatorHost}`);
  return new v1.FirestoreClient({
    projectId: project,
    servicePath: hostname,
    port: Number(port),
    sslCreds: insecureCredentials(),
  });
}

/** Of the very copy of gRPC that the client uses: it takes no other's. */
function insecureCredentials(): ReturnType<typeof Grpc.credentials.createInsecure> {
  const beside = createRequire(createRequire(import.meta.url).resolve('@google-cloud/firestore'));
  return (beside('google-gax') as { grpc: typeof Grpc }).grpc.credentials.createInsecure();
}

/** The client's own retries go on for ten minutes and would make an old write land when nobody expects it any more. */
function optionsOf({ emulatorHost }: FirestorePlace, timeoutMs: number): CallOptions {
  return {
    timeout: timeoutMs,
    retry: null,
    retryRequestOptions: { retries: 0, noResponseRetries: 0 },
    ...(emulatorHost !== undefined && { otherArgs: { headers: EMULATOR_HEADERS } }),
  };
}

function preconditionOf(condition: string | null) {
  if (condition === null) return { exists: false };
  const [seconds = '', nanos = ''] = condition.split('.');
  return { updateTime: { seconds, nanos: Number(nanos) } };
}

function stampOf(time: ProtoTime): string {
  return `${time?.seconds ?? 0}.${time?.nanos ?? 0}`;
}

function storedOf({ name, fields, updateTime }: ProtoDocument): StoredDocument {
  return {
    id: name?.slice(name.lastIndexOf('/') + 1) ?? '',
    json: fields?.json?.stringValue ?? '',
    writes: (fields?.writes?.arrayValue?.values ?? []).map(({ stringValue }) => stringValue ?? ''),
    stamp: stampOf(updateTime),
  };
}
