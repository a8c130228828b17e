/** Documents in LMDB: one JSON text per collection and id, with its version in front. */
import { InvalidInput } from '../errors.ts';
import { type Document, type DocumentStore, VersionConflict } from '../ports/document-store.ts';
import { compareBytes, nameProblem } from '../rows/cells.ts';
import { AFTER_SEPARATOR, SEPARATOR } from './cell-keys.ts';
import type { LmdbEnvironment, TextDatabase } from './lmdb-environment.ts';

/** Ends the version; versions are digits and dots. */
const VERSION_END = ' ';

export class LmdbDocuments implements DocumentStore {
  readonly #environment: LmdbEnvironment;
  readonly #documents: TextDatabase;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
    this.#documents = environment.database('documents');
  }

  async get<T>(collection: string, id: string): Promise<Document<T> | undefined> {
    requireNames({ collection, id });
    const stored = this.#documents.get(collection + SEPARATOR + id);
    return stored === undefined ? undefined : parse<T>(id, stored);
  }

  async put<T>(
    collection: string,
    id: string,
    value: T,
    { ifVersion }: { ifVersion?: string | null } = {},
  ): Promise<string> {
    requireNames({ collection, id });
    const key = collection + SEPARATOR + id;
    const json = JSON.stringify(value);
    if (json === undefined) throw new InvalidInput([{ pointer: '/value', detail: 'has no JSON form' }]);
    const written = await this.#environment.write(() => {
      if (ifVersion !== undefined) {
        const stored = this.#documents.get(key);
        if ((stored === undefined ? null : versionOf(stored)) !== ifVersion) return undefined;
      }
      const version = this.#environment.writeStamp();
      this.#documents.putSync(key, version + VERSION_END + json);
      return version;
    }, json.length);
    if (written === undefined) throw new VersionConflict(collection, id);
    return written;
  }

  async delete(collection: string, id: string): Promise<void> {
    requireNames({ collection, id });
    await this.#environment.write(() => this.#documents.removeSync(collection + SEPARATOR + id));
  }

  async list<T>(
    collection: string,
    { prefix = '', after, limit }: { prefix?: string; after?: string; limit?: number } = {},
  ): Promise<Document<T>[]> {
    requireNames({ collection, ...(prefix !== '' && { prefix }), ...(after && { after }) });
    if (limit !== undefined && limit <= 0) return [];
    const afterIsLater = after !== undefined && compareBytes(after, prefix) >= 0;
    const range = {
      start: collection + SEPARATOR + (afterIsLater ? after : prefix),
      end: collection + AFTER_SEPARATOR,
      exclusiveStart: afterIsLater,
    };
    const documents: Document<T>[] = [];
    for (const { key, value } of this.#documents.getRange(range)) {
      const id = key.slice(collection.length + SEPARATOR.length);
      if (!id.startsWith(prefix)) break;
      documents.push(parse<T>(id, value));
      if (documents.length === limit) break;
    }
    return documents;
  }
}

function requireNames(names: Readonly<Record<string, string>>): void {
  const problems = Object.entries(names).flatMap(([name, value]) => {
    const detail = nameProblem(value);
    return detail === undefined ? [] : [{ pointer: `/${name}`, detail }];
  });
  if (problems.length > 0) throw new InvalidInput(problems);
}

function versionOf(stored: string): string {
  return stored.slice(0, stored.indexOf(VERSION_END));
}

function parse<T>(id: string, stored: string): Document<T> {
  const version = versionOf(stored);
  return { id, version, value: JSON.parse(stored.slice(version.length + VERSION_END.length)) as T };
}
