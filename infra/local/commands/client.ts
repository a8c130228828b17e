/** npm run client: the TypeScript client for apps, written from the OpenAPI document of the whole host. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClientDocument, writeClient } from '../../../shared/api/typescript-client.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logging/logger.ts';
import { openCore } from '../core.ts';
import { createHostApp } from '../http.ts';
import { readSettings } from '../settings.ts';
import { EXIT, print, runCommand } from './command.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLIENT = 'clients/typescript/segue.ts';

/** The document as the host serves it, whatever functions are mounted in it. */
async function readDocument(): Promise<ClientDocument> {
  const directory = mkdtempSync(join(tmpdir(), 'segue-client-'));
  try {
    const logger = createLogger({ level: 'silent' });
    const core = await openCore(readSettings({ SEGUE_DATA: directory }), logger);
    try {
      const response = await createHostApp(core, logger).request('/v1/openapi.json');
      if (!response.ok) throw new PermanentError(`The document cannot be had: ${await response.text()}`);
      return (await response.json()) as ClientDocument;
    } finally {
      await core.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** As everything here is formatted. */
function format(source: string): Promise<string> {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [biome, 'format', `--stdin-file-path=${CLIENT}`],
      { cwd: ROOT, maxBuffer: 64 * 1024 ** 2 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new PermanentError(`What was written cannot be formatted: ${stderr}`, { cause: error }));
      },
    );
    child.stdin?.end(source);
  });
}

await runCommand({
  usage: 'npm run client -- [--check]',
  about: `Writes ${CLIENT} from the OpenAPI document of all functions together.`,
  options: { check: { type: 'boolean' } },
  help: { check: 'Write nothing; exit code 3 where the file is not what would be written.' },
  async run({ options }) {
    const source = await format(writeClient(await readDocument()));
    const path = join(ROOT, CLIENT);
    if (options.check !== true) {
      writeFileSync(path, source);
      print(`${CLIENT}: ${source.split('\n').length - 1} lines.`);
      return EXIT.done;
    }
    if (existsSync(path) && readFileSync(path, 'utf8') === source) return EXIT.done;
    print(`${CLIENT} is not what the OpenAPI document says now. Write it again: npm run client`);
    return EXIT.refused;
  },
});
