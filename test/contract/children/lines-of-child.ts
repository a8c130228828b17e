/** Runs a child script, kills it after a while, and returns the whole lines it printed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** SIGKILL comes `ms` after the child's first output, so that slow starts do not make idle rounds. */
export async function linesUntilKilled(script: URL, args: readonly string[], ms: number): Promise<string[]> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    output += chunk;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await sleep(ms);
  child.kill('SIGKILL');
  const [code] = await closed;
  if (code !== null) throw new Error(`${script.pathname} ended by itself with ${code}:\n${output}`);
  return output.split('\n').slice(0, -1);
}
