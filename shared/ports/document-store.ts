/** Small JSON documents by collection and id, with optimistic concurrency. */

export interface Document<T> {
  readonly id: string;
  readonly value: T;
  /** Changes with every write. Opaque. */
  readonly version: string;
}

export interface DocumentStore {
  get<T>(collection: string, id: string): Promise<Document<T> | undefined>;

  /**
   * Writes the whole document and returns its new version. With `ifVersion` a string: only while that is the
   * stored version; with `ifVersion: null`: only while there is none. Otherwise throws VersionConflict and
   * writes nothing. Durable when resolved.
   */
  put<T>(collection: string, id: string, value: T, options?: { ifVersion?: string | null }): Promise<string>;

  /** Durable when resolved; a document that is not there is no error. */
  delete(collection: string, id: string): Promise<void>;

  /** In id order (byte order), ids greater than `after` only. */
  list<T>(
    collection: string,
    options?: { prefix?: string; after?: string; limit?: number },
  ): Promise<Document<T>[]>;
}

export class VersionConflict extends Error {
  constructor(collection: string, id: string) {
    super(`${collection}/${id} was changed by another writer.`);
    this.name = 'VersionConflict';
  }
}
