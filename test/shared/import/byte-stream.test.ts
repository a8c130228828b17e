import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { byteStream } from '../../../shared/import/byte-stream.ts';
import { inChunks } from './fixtures.ts';

/** Text that does not compress to nothing, so that truncation hits data and not the trailer. */
const TEXT = Array.from({ length: 20_000 }, (_, n) => `${(n * 2654435761) % 4294967296}\n`).join('');

async function readAll(bytes: Buffer, sizes: number[]): Promise<{ text: string; problem: string | null }> {
  const stream = byteStream(inChunks(bytes, sizes));
  const parts: Buffer[] = [];
  for await (const chunk of stream.chunks) parts.push(chunk);
  return { text: Buffer.concat(parts).toString(), problem: stream.problem() };
}

describe('byteStream', () => {
  it('gives plain bytes as they are, single bytes and nothing included', async () => {
    expect(await readAll(Buffer.from('abc'), [1])).toEqual({ text: 'abc', problem: null });
    expect(await readAll(Buffer.from('a'), [1])).toEqual({ text: 'a', problem: null });
    expect(await readAll(Buffer.alloc(0), [1])).toEqual({ text: '', problem: null });
  });

  it.each([[[1, 97]], [[65_536]], [[10_000_000]]])('unpacks gzip in chunks of %j', async (sizes) => {
    expect(await readAll(gzipSync(TEXT), sizes)).toEqual({ text: TEXT, problem: null });
  });

  it('unpacks concatenated gzip members and passes over what follows them', async () => {
    const two = Buffer.concat([gzipSync('one '), gzipSync('two')]);
    expect(await readAll(two, [7])).toEqual({ text: 'one two', problem: null });
    const padded = Buffer.concat([gzipSync('one'), Buffer.alloc(100)]);
    expect(await readAll(padded, [1000])).toEqual({ text: 'one', problem: null });
  });

  it('gives everything before a truncation, then says where it broke', async () => {
    const zipped = gzipSync(TEXT);
    const { text, problem } = await readAll(zipped.subarray(0, zipped.length / 2), [10_000_000]);
    expect(problem).toMatch(/breaks off here: unexpected end of file/);
    expect(TEXT.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(TEXT.length * 0.45);
  });

  it('notices that only the checksum is missing', async () => {
    const zipped = gzipSync('all of it');
    expect(await readAll(zipped.subarray(0, -8), [10_000_000])).toEqual({
      text: 'all of it',
      problem: expect.stringMatching(/unexpected end of file/),
    });
  });

  it('gives what came before corrupted bytes', async () => {
    const zipped = gzipSync(TEXT);
    zipped.fill(0xff, 50_000, 50_050);
    const { text, problem } = await readAll(zipped, [65_536]);
    expect(problem).toMatch(/breaks off here/);
    expect(text.length).toBeGreaterThan(TEXT.length * 0.3);
  });

  it('closes its input when the reader stops early', async () => {
    let closed = false;
    async function* input() {
      try {
        for (;;) yield Buffer.alloc(1000, 'x');
      } finally {
        closed = true;
      }
    }
    for await (const _ of byteStream(input()).chunks) break;
    expect(closed).toBe(true);
  });
});
