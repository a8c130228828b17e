/** The committed client says what the API says, and stands on its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = join(ROOT, 'infra/local/commands/client.ts');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

function run(...args: readonly string[]): Promise<{ code: number | string | null; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { cwd: ROOT, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr });
    });
  });
}

test('it is what `npm run client` writes from the API as it is now', { timeout: 60_000 }, async () => {
  // A failure here ends with what to do: npm run client.
  expect(await run(COMMAND, '--check')).toEqual({ code: 0, output: '' });
});

describe('the types', { timeout: 60_000 }, () => {
  test('hold without anything around them, under every strict option, and so do the examples', async () => {
    expect(await run(TSC, '-p', 'clients/typescript')).toEqual({ code: 0, output: '' });
    expect(await run(TSC, '-p', 'clients/typescript/examples')).toEqual({ code: 0, output: '' });
  });

  test('catch what the API would refuse and what it never answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'segue-client-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const client = JSON.stringify(join(ROOT, 'clients/typescript/segue.ts'));
    const wrong = [
      `segue.getListenerNext({});`,
      `segue.getListenerNext({ id: 'a', limit: '5' });`,
      `segue.getListenerNext({ id: 'a', size: 5 });`,
      `segue.putListenerControl({ id: 'a', kind: 'hate', target: 't' });`,
      `segue.postSmartShuffle({ body: { listenerId: 'a' } });`,
      `segue.postEvents({ body: [{ type: 'listen' }] });`,
      `segue.postSessions({ body: { seed: { mood: 'calm' } } });`,
      `(await segue.getListenerDiscoverWeekly({ id: 'a' })).data.items[0]?.titel;`,
      `(await segue.getListenerDiscoverWeekly({ id: 'a' })).data.items.push;`,
      `(await segue.getListenerDiscoverWeekly({ id: 'a' })).data.madeAt.length;`,
      `if ((await segue.getLivez()).status === 404) segue;`,
    ];
    const right = [
      `segue.getListenerNext({ id: 'a', limit: undefined });`,
      `segue.postSmartShuffle({ body: { tracks: ['t'] as const } });`,
      `(await segue.getListenerDiscoverWeekly({ id: 'a' })).data.items[0]?.title?.length;`,
      `(await segue.postSessionTurns({ id: 's', body: { turnId: 't' } })).data.items[0]?.reasons[0]?.value;`,
    ];
    const head = `import type { SegueClient } from ${client};\ndeclare const segue: SegueClient;\n`;
    writeFileSync(join(folder, 'sample.ts'), [`${head}export {};`, ...right, ...wrong].join('\n'));
    const options = { module: 'nodenext', target: 'es2022', strict: true, noUncheckedIndexedAccess: true };
    const compilerOptions = { ...options, allowImportingTsExtensions: true, noEmit: true, types: [] };
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['sample.ts'] }));
    const { output } = await run(TSC, '-p', folder, '--pretty', 'false');
    const lines = new Set([...output.matchAll(/sample\.ts\((\d+),/g)].map(([, line]) => Number(line)));
    const first = 3 + right.length + 1;
    expect(
      [...lines].sort((a, b) => a - b),
      output,
    ).toEqual(wrong.map((_, i) => first + i));
  });
});
