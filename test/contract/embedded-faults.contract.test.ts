/** A disk that fills up, and a second thread that writes. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { openLmdbEnvironment } from '../../shared/embedded/lmdb-environment.ts';
import { LmdbRows } from '../../shared/embedded/lmdb-rows.ts';
import { temporaryDirectory } from './embedded-stores.ts';

describe('embedded stores', () => {
  it('serve and write in one thread while another loads, and see what it loaded', async () => {
    const directory = temporaryDirectory();
    const environment = openLmdbEnvironment(directory.path);
    const rows = new LmdbRows(environment);
    const script = new URL('./children/row-loader.ts', import.meta.url);
    const worker = new Worker(script, { workerData: { path: directory.path, listeners: 3_000 } });
    let isLoaded = false;
    const loaded = once(worker, 'message').then(() => {
      isLoaded = true;
    });
    const exited = once(worker, 'exit');
    let events = 0;
    while (!isLoaded) {
      await rows.write('listeners', [
        { key: 'served', family: 'live', qualifier: `e#${events++}`, timestamp: 1, value: 'event' },
      ]);
    }
    await loaded;
    await exited;
    const row = await rows.read('listeners', 'served');
    expect(row?.cells).toHaveLength(events);
    expect(events).toBeGreaterThan(5);
    let count = 0;
    for await (const { cells } of rows.scan('listeners', { prefix: 'loaded' })) count += cells.length;
    expect(count).toBe(3_000);
    await environment.close();
    directory.remove();
  });

  // Elsewhere a file-size limit cannot be lowered for one child and lifted again while it runs.
  if (process.platform === 'linux')
    it('refuse what a full disk does not take, keep the rest, and go on when there is room', async () => {
      const directory = temporaryDirectory();
      const script = fileURLToPath(new URL('./children/disk-filler.ts', import.meta.url));
      const child = spawn(
        'bash',
        ['-c', 'ulimit -S -f 4096; exec "$@"', '-', process.execPath, script, directory.path],
        {
          stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
        },
      );
      const closed = once(child, 'close');
      const [full] = await once(child, 'message');
      expect(full).toMatchObject({ full: true, areTransient: true, half: 0 });
      expect(full.document).toBeUndefined();
      expect(full.message).toContain(directory.path);
      expect(full.message).toMatch(/could not write \((File too large|Input\/output error)/);

      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
      child.send('room');
      const [end] = await once(child, 'message');
      expect(end.recovered).toEqual([]);
      expect(end.written).toBeGreaterThan(10);
      expect(end.complete).toBe(end.written);
      expect(end.delivered).toBe(end.written * 3);
      expect(end.dead).toBe(0);
      await closed;
      directory.remove();
    });
});
