import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { Folder } from './fixtures.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

const RECORDS = 150_000;
/** Retaining the records, or the events made of them, takes several times this. */
const HEAP_MB = 128;
const GROWTH_MB = 100;

/** Extended history, some 1,300 bytes a record, without ever holding it. */
function* extendedHistory(): Generator<string> {
  const padding = 'x'.repeat(950);
  let part = '[';
  for (let n = 0; n < RECORDS; n += 1) {
    const ts = `${new Date(Date.UTC(2015, 0, 1) + n * 60_000).toISOString().slice(0, 19)}Z`;
    part += `${n === 0 ? '' : ','}\n${JSON.stringify({
      ts,
      platform: padding,
      ms_played: n % 240_000,
      master_metadata_track_name: `Song ${n % 20_000}`,
      master_metadata_album_artist_name: `Artist ${n % 1000}`,
      master_metadata_album_album_name: `Album ${n % 5000}`,
      spotify_track_uri: `spotify:track:${String(n % 20_000).padStart(22, '0')}`,
      skipped: false,
      incognito_mode: false,
    })}`;
    if (part.length > 100_000) {
      yield part;
      part = '';
    }
  }
  yield `${part}]`;
}

describe('memory', () => {
  it('does not grow with the file: 200 MB within a heap of 128 MB', async () => {
    const path = join(folder.path, 'long.json.gz');
    let bytes = 0;
    const counted = Readable.from(extendedHistory()).map((part: string) => {
      bytes += part.length;
      return part;
    });
    await pipeline(counted, createGzip({ level: 1 }), createWriteStream(path));
    expect(bytes).toBeGreaterThan(180e6);

    const script = join(import.meta.dirname, 'measure-memory.ts');
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, script, path]);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = await once(child, 'close');
    expect(code, errors).toBe(0);
    const { events, growthMb, seconds } = JSON.parse(output);
    expect(events).toBe(RECORDS);
    expect(growthMb).toBeLessThan(GROWTH_MB);
    console.info(`${RECORDS} records in ${seconds} s; RSS grew by ${growthMb} MB`);
  }, 120_000);
});
