import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of code of a bundle that are read before its host listens: its entry with what that imports, not on demand. */
export function bytesAtStart(folder: string, entry: string): number {
  const files = new Set([entry]);
  let bytes = 0;
  for (const file of files) {
    const code = readFileSync(join(folder, file), 'utf8');
    bytes += Buffer.byteLength(code);
    for (const [, imported = ''] of code.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+)"/g))
      files.add(imported);
  }
  return bytes;
}
