/** npm run bench -- rebuild: a whole build, from listens in the warehouse to a flipped pointer. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rebuild } from '../../functions/rebuild/handler.ts';
import { openDuckdbWarehouse } from '../../shared/embedded/duckdb-warehouse.ts';
import { LmdbDocuments } from '../../shared/embedded/lmdb-documents.ts';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { createErasures } from '../../shared/rows/erasures.ts';
import { DEFAULT_PARAMETERS } from '../../shared/sql/parameters.ts';
import type { BenchResult } from './bench.ts';
import { fillWithPlays } from './zipfian-history.ts';

const END_AT = Date.UTC(2026, 10, 1);

export interface RebuildBench {
  readonly plays: number;
  readonly listeners: number;
  readonly tracks: number;
  readonly threads: number;
  readonly memory: string;
}

/** Builds once in a temporary directory; times are wall clock in ms, memory the peak of the whole process. */
export async function benchRebuild(options: RebuildBench): Promise<BenchResult> {
  const directory = mkdtempSync(join(tmpdir(), 'segue-bench-'));
  try {
    mkdirSync(join(directory, 'builds'));
    mkdirSync(join(directory, 'tmp'));
    await fillWithPlays(directory, { ...options, endAt: END_AT }, options);
    const environment = openLmdbEnvironment(join(directory, 'rows'));
    const rows = new LmdbRows(environment);
    const documents = new LmdbDocuments(environment);
    const warehouse = await openDuckdbWarehouse({ ...options, directory });
    let last = performance.now();
    const times: { step: string; ms: number; rows: number }[] = [];
    const started = performance.now();
    const build = await rebuild({
      rows,
      documents,
      warehouse,
      erasures: createErasures(rows),
      parameters: DEFAULT_PARAMETERS,
      now: Date.now,
      settledCutoff: async () => END_AT + 86_400_000,
      onProgress: ({ step, rows: made, ms, done, total }) => {
        if (step === 'load' && done < total) return;
        const now = performance.now();
        times.push({ step, ms: Math.round(ms ?? now - last), rows: made ?? done });
        last = now;
      },
    });
    const seconds = (performance.now() - started) / 1000;
    await warehouse.close();
    await environment.close();
    return {
      name: 'rebuild',
      parameters: { ...options },
      rows: times.map(({ step, ms, rows: made }) => ({ stage: step, ms, rows: made })),
      summary: {
        status: build.status,
        seconds: Math.round(seconds * 10) / 10,
        'plays per second': Math.round(options.plays / seconds),
        cells: build.cells,
        'peak memory MB': Math.round(process.resourceUsage().maxRSS / 1024),
        identity: build.identity,
      },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
