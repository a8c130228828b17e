/** Calling functions that live in another thread: one message each way, progress in between. */
import type { MessagePort, Worker } from 'node:worker_threads';
import {
  Forbidden,
  InvalidInput,
  messageOf,
  NotFound,
  PermanentError,
  TooLarge,
  TransientError,
  Unauthenticated,
} from '../../shared/errors.ts';

// biome-ignore lint/suspicious/noExplicitAny: the methods' own types are kept by callsTo().
export type Methods = Record<string, (...args: any[]) => Promise<unknown>>;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: unknown[];
}

/** What an error is on the other side of a thread or a socket. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly problems?: InvalidInput['problems'];
}

type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PlainError };

/** An error as data. */
export function toPlainError(error: unknown): PlainError {
  const name = error instanceof Error ? error.name : 'Error';
  return {
    name,
    message: messageOf(error),
    ...(error instanceof InvalidInput && { problems: error.problems }),
  };
}

/** Errors that are told by their message alone. */
const BY_NAME: Readonly<Record<string, new (message: string) => Error>> = {
  Forbidden,
  NotFound,
  PermanentError,
  TooLarge,
  TransientError,
  Unauthenticated,
};

/** The error that it was, of the same kind, so that callers may go by it. */
export function fromPlainError({ name, message, problems }: PlainError): Error {
  if (name === 'InvalidInput') return new InvalidInput(problems ?? [{ pointer: '', detail: message }]);
  const Known = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (Known !== undefined) return new Known(message);
  return Object.assign(new Error(message), { name });
}

/** Answers calls that come through the port; several may be under way at once. */
export function answerCalls(port: MessagePort, methods: Methods): void {
  port.on('message', async ({ id, method, args }: Call) => {
    try {
      const run = methods[method];
      if (run === undefined) throw new PermanentError(`There is no method ${method}.`);
      port.postMessage({ id, result: await run(...args) } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, error: toPlainError(error) } satisfies Answer);
    }
  });
}

/** An object whose methods are calls to the worker. Once the worker has ended, calls under way and later ones reject. */
export function callsTo<T extends Methods>(worker: Worker): T {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  let ended: Error | undefined;
  worker.on('message', (answer: Answer | { progress: unknown }) => {
    if (!('id' in answer)) return;
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) call?.reject(fromPlainError(answer.error));
    else call?.resolve(answer.result);
  });
  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', (error: Error) =>
    end(new TransientError(`The warehouse thread has failed: ${messageOf(error)}`, { cause: error })),
  );
  worker.on('exit', () => end(new TransientError('The warehouse thread has ended.')));
  return new Proxy({} as T, {
    get:
      (_, method: string) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (ended !== undefined) throw ended;
          const id = ++last;
          waiting.set(id, { resolve, reject });
          worker.postMessage({ id, method, args } satisfies Call);
        }),
  });
}
