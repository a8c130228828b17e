import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminSocketOf, openDataDirectory } from '../../../shared/embedded/data-directory.ts';
import { PermanentError } from '../../../shared/errors.ts';

describe('a data directory', () => {
  let parent = '';
  let path = '';

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'segue-test-'));
    path = join(parent, 'deep', 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  const open = (exclusive = true) => openDataDirectory(path, { exclusive });
  const opening = (exclusive = true) => {
    try {
      open(exclusive).close();
    } catch (error) {
      expect(error).toBeInstanceOf(PermanentError);
      return (error as Error).message;
    }
    return undefined;
  };

  it('is made with its folders and version, for its owner only', () => {
    const directory = open();
    expect(JSON.parse(readFileSync(join(path, 'VERSION'), 'utf8'))).toEqual({ format: 1 });
    for (const folder of [directory.path, directory.rows, directory.builds, directory.keys])
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(directory.warehouse.startsWith(directory.path)).toBe(true);
    directory.close();
    open().close();
  });

  it('of another version is left alone, with both versions and a way out named', () => {
    open().close();
    writeFileSync(join(path, 'VERSION'), '{"format": 2}');
    expect(opening()).toMatch(/has format 2, this Segue reads and writes format 1.*newer Segue/);
    writeFileSync(join(path, 'VERSION'), '{"format": 0}');
    expect(opening(false)).toMatch(/has format 0.*format 1.*older Segue/);
    expect(readFileSync(join(path, 'VERSION'), 'utf8')).toBe('{"format": 0}');
  });

  it('with a broken VERSION file is refused, and free to be opened once that is repaired', () => {
    open().close();
    for (const text of ['', '{"format"', '[]', '{"format": "1"}']) {
      writeFileSync(join(path, 'VERSION'), text);
      expect(opening(), text).toContain(join(path, 'VERSION'));
    }
    writeFileSync(join(path, 'VERSION'), '{"format": 1}');
    expect(opening()).toBeUndefined();
  });

  it('is never made out of a folder with other things in it', () => {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    writeFileSync(join(path, 'thesis.tex'), '');
    expect(opening()).toMatch(/holds 'thesis.tex' and no VERSION/);
    expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it('that is a file is refused by name', () => {
    mkdirSync(join(parent, 'deep'));
    writeFileSync(path, '');
    expect(opening()).toContain(path);
  });

  it('has one host, in this process too, by whatever path it comes', () => {
    const held = open();
    symlinkSync(held.path, join(parent, 'link'));
    path = join(parent, 'link');
    expect(opening()).toContain(`in use by process ${process.pid}`);
    open(false).close();
    expect(opening()).toContain('in use');
    held.close();
    expect(opening()).toBeUndefined();
  });

  it('names the process that holds it, and is free once that is killed', async () => {
    const child = fork(new URL('./children/directory-holder.ts', import.meta.url), [path]);
    const exited = once(child, 'exit');
    await once(child, 'message');
    expect(opening()).toContain(`in use by process ${child.pid}. Stop it`);
    child.kill('SIGKILL');
    await exited;
    expect(opening()).toBeUndefined();
  });

  it('is not held by a process that merely has the id of a former holder', () => {
    open().close();
    writeFileSync(join(path, 'host.pid'), `${process.pid}\n`);
    expect(opening()).toBeUndefined();
  });

  it('clears away the socket of a killed host', async () => {
    const { adminSocket, close } = open();
    close();
    if (process.platform !== 'win32') writeFileSync(adminSocket, '');
    const directory = open();
    const server = createServer().listen(directory.adminSocket);
    await once(server, 'listening');
    server.close();
    directory.close();
  });
});

describe('the admin socket', () => {
  it('lies in the directory unless its path is too long for a socket', () => {
    expect(adminSocketOf('/data', 'linux')).toBe('/data/admin.sock');
    const long = `/${'é'.repeat(60)}`;
    const hashed = adminSocketOf(long, 'darwin');
    expect(hashed.startsWith(tmpdir())).toBe(true);
    expect(hashed).not.toBe(adminSocketOf(`${long}x`, 'darwin'));
  });

  it('is a named pipe on Windows', () => {
    expect(adminSocketOf('C:\\data', 'win32')).toMatch(/^\\\\\.\\pipe\\segue-[0-9a-f]{16}$/);
  });
});
