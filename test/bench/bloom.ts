/** npm run bench -- bloom: size, speed and observed false positives of a heard filter. */
import { BloomFilter } from '../../shared/domain/bloom.ts';
import type { BenchResult } from './bench.ts';

const STRANGERS = 200_000;

function timed<T>(work: () => T): { result: T; ms: number } {
  const started = performance.now();
  return { result: work(), ms: performance.now() - started };
}

/** Builds a filter of so many recordings and asks it about others. */
export async function benchBloom({ items }: { items: number }): Promise<BenchResult> {
  const heard = Array.from({ length: items }, (_, index) => `r${index.toString(16).padStart(16, '0')}`);
  const strangers = Array.from(
    { length: STRANGERS },
    (_, index) => `s${index.toString(16).padStart(16, '0')}`,
  );
  const build = timed(() => BloomFilter.of(heard));
  const filter = build.result;
  const parse = timed(() => BloomFilter.parse(filter.toString()));
  const ask = timed(() => strangers.filter((id) => filter.has(id)).length);
  return {
    name: 'bloom',
    parameters: { items, strangers: STRANGERS },
    rows: [],
    summary: {
      bytes: Math.ceil(filter.m / 8),
      'stored characters': filter.toString().length,
      hashes: filter.k,
      'false negatives': heard.filter((id) => !filter.has(id)).length,
      'false positives %': Math.round((ask.result / STRANGERS) * 1e4) / 100,
      'build ms': Math.round(build.ms * 10) / 10,
      'parse ms': Math.round(parse.ms * 100) / 100,
      'lookups/s': Math.round(STRANGERS / (ask.ms / 1000)),
    },
  };
}
