/** The arrows of the layout hold, and the rules that say so would notice if they did not. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folderCycles, parseSource, readSource, violations } from './import-rules.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = globSync('{functions,shared,infra,test}/**/*.ts', {
  cwd: ROOT,
  exclude: (name) => name.includes('node_modules'),
}).map((file) => readSource(ROOT, join(ROOT, file)));

const problemsOf = (path: string, text: string) => violations(parseSource(path, text));

describe('the tree', () => {
  it('is read as a whole', () => {
    expect(FILES.length).toBeGreaterThan(150);
    const imports = FILES.flatMap((file) => file.imports);
    expect(imports).toContain('shared/errors.ts');
    expect(imports).toContain('lmdb');
    // A worker, which is named by URL.
    expect(imports).toContain('infra/local/warehouse-thread.ts');
  });

  it('keeps to the directions', () => {
    expect(FILES.flatMap(violations)).toEqual([]);
  });

  it('has no circle of folders', () => {
    expect(folderCycles(FILES.filter(({ path }) => !path.startsWith('test/')))).toEqual([]);
  });
});

describe('the rules', () => {
  it.each([
    ['shared/domain/x.ts', `import { a } from '../errors.ts';`],
    ['shared/domain/x.ts', `import type { a } from '../ports/clock.ts';`],
    ['shared/domain/x.ts', `import { readFileSync } from 'node:fs';`],
    ['shared/domain/x.ts', `import { z } from 'zod';`],
    ['shared/rows/x.ts', `import { LmdbRows } from '../embedded/lmdb-rows.ts';`],
    ['shared/sql/x.ts', `export { connect } from '../embedded/duckdb-engine.ts';`],
    ['shared/evaluation/x.ts', `const engine = await import('../embedded/duckdb-engine.ts');`],
    ['shared/import/x.ts', `new Worker(new URL('../embedded/kernels/pools-worker.ts', import.meta.url));`],
    ['shared/rows/x.ts', `import { open } from 'lmdb';`],
    ['infra/local/x.ts', `import { DuckDBInstance } from '@duckdb/node-api';`],
    ['functions/serve/x.ts', `import type { Core } from '../../infra/local/core.ts';`],
    ['functions/serve/handler.ts', `import { http } from '@google-cloud/functions-framework';`],
    ['functions/serve/x.ts', `import { Bigtable } from '@google-cloud/bigtable';`],
    ['shared/google/x.ts', `import { http } from '@google-cloud/functions-framework';`],
    ['infra/gcp/x.ts', `import { readPointer } from '../../shared/rows/pointer.ts';`],
    ['infra/local/x.ts', `import * as gcp from '@pulumi/gcp';`],
    ['infra/local/x.ts', `import '../../test/e2e/host-process.ts';`],
    ['shared/api/x.ts', `export default function x() {}`],
    ['shared/api/x.ts', `const x = 1;\nexport { x as default };`],
    ['shared/api/x.ts', `export default 1;`],
  ])('refuse in %s: %s', (path, text) => {
    expect(problemsOf(path, text)).toHaveLength(1);
  });

  it.each([
    ['shared/domain/x.ts', `import { createHash } from 'node:crypto';\nimport { a } from './event.ts';`],
    [
      'shared/embedded/x.ts',
      `import { open } from 'lmdb';\nimport type { RowStore } from '../ports/row-store.ts';`,
    ],
    ['shared/google/x.ts', `import { Bigtable } from '@google-cloud/bigtable';`],
    ['functions/serve/index.ts', `import { http } from '@google-cloud/functions-framework';`],
    [
      'infra/gcp/x.ts',
      `import { STAGES } from '../../shared/sql/stages.ts';\nimport * as gcp from '@pulumi/gcp';`,
    ],
    ['infra/local/x.ts', `import { rebuild } from '../../functions/rebuild/handler.ts';`],
    ['shared/api/x.ts', `// import 'lmdb'\nexport const text = "import { open } from 'lmdb'";`],
  ])('allow in %s: %s', (path, text) => {
    expect(problemsOf(path, text)).toEqual([]);
  });

  it('find a circle of folders, however long', () => {
    const files = [
      parseSource('shared/api/a.ts', `import '../rows/a.ts';`),
      parseSource('shared/rows/a.ts', `import '../ports/a.ts';`),
      parseSource('shared/ports/a.ts', `import '../api/b.ts';`),
    ];
    expect(folderCycles(files)).toEqual(['shared/api → shared/rows → shared/ports → shared/api']);
    expect(folderCycles(files.slice(0, 2))).toEqual([]);
  });
});
