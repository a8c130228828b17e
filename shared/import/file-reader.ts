/** One recognised file to converted records, batch by batch; its bytes are hashed on the way. */
import { createHash } from 'node:crypto';
import { byteStream } from './byte-stream.ts';
import { type CsvLayout, readRows } from './csv-rows.ts';
import { readTabbed } from './hetrec.ts';
import { type JsonShape, readJsonLines, readJsonValues } from './json-values.ts';
import { readLines } from './lines.ts';
import { expandListens } from './listenbrainz.ts';
import type { Format } from './recognise.ts';
import type { Read } from './record.ts';
import type { Source } from './sources.ts';

export interface OpenFile {
  readonly batches: AsyncIterable<readonly Read<unknown>[]>;
  /** SHA-256 of the raw bytes, once `batches` is exhausted. */
  sha256(): string;
}

/** Values of JSON formats are what JSON.parse gives, of the others rows of fields. */
export function openRecords(source: Source, format: Format, onRead?: (bytes: number) => void): OpenFile {
  const hash = createHash('sha256');
  const stream = byteStream(hashed(source.open(onRead), hash));
  const batches = (): AsyncIterable<readonly Read<unknown>[]> => {
    if ('json' in format) return readJson(stream, format.json, format.name === 'listenbrainz');
    if ('csv' in format) return readRows(readLines(stream), format.csv satisfies CsvLayout);
    return readTabbed(readLines(stream));
  };
  return { batches: batches(), sha256: () => hash.digest('hex') };
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: { update(data: Buffer): unknown }) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* readJson(stream: ReturnType<typeof byteStream>, shape: JsonShape, expand: boolean) {
  const values = shape === 'lines' ? readJsonLines(readLines(stream)) : readJsonValues(stream, shape);
  for await (const batch of values) yield expand ? expandListens(batch) : batch;
}
