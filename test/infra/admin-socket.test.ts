import { statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callHost, serveOperations } from '../../infra/local/admin-socket.ts';
import type { OnProgress, Operations } from '../../infra/local/operations.ts';
import {
  Forbidden,
  InvalidInput,
  NotFound,
  PermanentError,
  TooLarge,
  TransientError,
  Unauthenticated,
} from '../../shared/errors.ts';
import { temporaryDirectory } from '../contract/embedded-stores.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
let server: Server | undefined;
let watchers: Set<OnProgress>;
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

beforeEach(() => {
  directory = temporaryDirectory();
  path = join(directory.path, 'admin.sock');
  watchers = new Set();
  unhandled.length = 0;
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
});
afterEach(async () => {
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  server = undefined;
  directory.remove();
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
  expect(unhandled).toEqual([]);
});

async function host(operations: Partial<Operations>): Promise<void> {
  server = await serveOperations(path, operations as Operations, (watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  });
}

async function client(onProgress: OnProgress = () => {}): Promise<Operations> {
  const found = await callHost(path, onProgress);
  if (found === undefined) throw new Error('No host answers.');
  return found;
}

const token = (listenerId: string | null) => ({ listenerId, days: 1 });

describe('commands over the socket', () => {
  test('reach the host’s operations with their arguments, and bring the result back', async () => {
    await host({ issueToken: async ({ listenerId, days }) => ({ token: `${listenerId} for ${days}` }) });
    expect(await (await client()).issueToken(token('ann'))).toEqual({ token: 'ann for 1' });
  });

  test('only the owner of the directory may connect', async () => {
    await host({});
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('no host is undefined, also where a killed one left its socket', async () => {
    expect(await callHost(path, () => {})).toBeUndefined();
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(path, resolve));
    // What a kill leaves: a name that nobody listens behind.
    const { renameSync } = await import('node:fs');
    renameSync(path, `${path}.kept`);
    await new Promise<void>((resolve) => dead.close(() => resolve()));
    renameSync(`${path}.kept`, path);
    expect(await callHost(path, () => {})).toBeUndefined();
  });

  test('many at once, each with its own answer', async () => {
    await host({
      issueToken: async ({ listenerId }) => {
        await wait(Math.random() * 20);
        if (Number(listenerId) % 3 === 0) throw new NotFound(`no ${listenerId}`);
        return { token: `of ${listenerId}` };
      },
    });
    const operations = await client();
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => operations.issueToken(token(String(i)))),
    );
    for (const [i, answer] of answers.entries())
      if (i % 3 === 0) expect(answer).toMatchObject({ status: 'rejected', reason: { message: `no ${i}` } });
      else expect(answer).toEqual({ status: 'fulfilled', value: { token: `of ${i}` } });
  });

  test('progress comes before the result, and nobody is watched for afterwards', async () => {
    await host({
      rollback: async () => {
        for (let done = 1; done <= 3; done++)
          for (const watcher of watchers) watcher({ buildId: 'b', step: 'load', done, total: 3 });
        return { active: 1, accepted: [1] };
      },
    });
    const seen: number[] = [];
    const operations = await client(({ done }) => seen.push(done));
    expect(await operations.rollback()).toEqual({ active: 1, accepted: [1] });
    expect(seen).toEqual([1, 2, 3]);
    expect(watchers.size).toBe(0);
  });
});

describe('errors', () => {
  test.each([
    new InvalidInput([{ pointer: '/build', detail: 'is no build id' }]),
    new NotFound('There is no build b1.'),
    new PermanentError('only a loaded build can be published'),
    new TransientError('the disk is full'),
    new TooLarge('large'),
    new Forbidden('no'),
    new Unauthenticated('who'),
    new RangeError('unforeseen'),
  ])('$name keeps its class, name and message', async (error) => {
    await host({
      rollback: async () => {
        throw error;
      },
    });
    const caught = await (await client()).rollback().catch((thrown: unknown) => thrown);
    expect(caught).toMatchObject({ name: error.name, message: error.message });
    if (!(error instanceof RangeError)) expect(caught).toBeInstanceOf(error.constructor);
    if (error instanceof InvalidInput) expect(caught).toMatchObject({ problems: error.problems });
    expect(caught instanceof TransientError).toBe(error instanceof TransientError);
  });

  test.each([
    ['an unknown operation', { method: 'format', args: {} }],
    ['a name of every object', { method: 'constructor', args: {} }],
    ['no operation', null],
    ['a list', []],
  ])('%s is answered with an error', async (_, line) => {
    await host({});
    expect(await ask(JSON.stringify(line))).toHaveProperty('error');
  });

  test('a line that is no JSON is answered with an error, and the host goes on', async () => {
    await host({ rollback: async () => ({ active: 1, accepted: [1] }) });
    expect(await ask('{"method":')).toHaveProperty('error');
    expect(await (await client()).rollback()).toEqual({ active: 1, accepted: [1] });
  });

  test('a host that stops before it answered is a TransientError, not a broken pipe', async () => {
    const half = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => half.listen(path, resolve));
    const operations = await client();
    await expect(operations.rollback()).rejects.toThrow(TransientError);
    await new Promise<void>((resolve) => half.close(() => resolve()));
    await expect(operations.rollback()).rejects.toThrow('The host has stopped.');
  });

  /** One line to the socket, the first line back. */
  function ask(line: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const socket = connect(path, () => socket.write(`${line}\n`));
      socket.once('data', (data) => resolve(JSON.parse(data.toString())));
      socket.once('error', reject);
    });
  }
});

describe('clients that go away', () => {
  test('in the middle of a command harm neither the command, nor the host, nor other clients', async () => {
    let finished = 0;
    await host({
      rebuild: async () => {
        for (let done = 0; done < 200; done++) {
          for (const watcher of watchers)
            watcher({ buildId: 'x'.repeat(5_000), step: 'load', done, total: 200 });
          if (done % 20 === 0) await wait(2);
        }
        finished += 1;
        return {} as Awaited<ReturnType<Operations['rebuild']>>;
      },
    });
    const request = `${JSON.stringify({ method: 'rebuild', args: { accept: [], publish: true } })}\n`;
    for (let i = 0; i < 4; i++) {
      const socket = connect(path, () => socket.write(request));
      socket.once('data', () => (i % 2 === 0 ? socket.end() : socket.destroy()));
      socket.on('error', () => {});
    }
    expect(await (await client()).rebuild({ accept: [], publish: true })).toEqual({});
    while (finished < 5) await wait(5);
    expect(watchers.size).toBe(0);
  });

  test('before they asked anything, or in the middle of a line, leave nothing waiting', async () => {
    await host({ rollback: async () => ({ active: 1, accepted: [1] }) });
    for (const text of ['', '{"method":"roll']) {
      const socket = connect(path, () => {
        socket.write(text);
        socket.end();
      });
      await new Promise((resolve) => socket.resume().once('close', resolve));
    }
    expect(await (await client()).rollback()).toEqual({ active: 1, accepted: [1] });
  });
});
