/** A hono app as the Functions Framework wants it: a listener of Node's requests whose bodies are read already. */
import domain from 'node:domain';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';

interface App {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/**
 * The framework runs each request in a domain, and the first of them turns on async hooks for every promise of the
 * process: half the CPU of an answer, for a way to catch errors that apps which answer every error have no use of. What it
 * needs of a domain is `on` and `run`; a rejection of the listener it catches by itself.
 */
function withoutDomains(): void {
  const create = () => Object.assign(new EventEmitter(), { run: <T>(work: () => T): T => work() });
  Object.assign(domain, { create });
}

/**
 * The framework has read the body, unpacked it, and left it as `rawBody`: the encoding it came in must not be told on.
 */
export function createFrameworkListener(
  app: App,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  withoutDomains();
  const listener = getRequestListener((request) => app.fetch(request));
  return async (request, response) => {
    if ('rawBody' in request) withoutHeader(request, 'content-encoding');
    await listener(request, response);
  };
}

/** Also from the raw headers, of which the request is made. */
function withoutHeader(request: IncomingMessage, name: string): void {
  delete request.headers[name];
  const raw = request.rawHeaders;
  for (let i = raw.length - 2; i >= 0; i -= 2) if (raw[i]?.toLowerCase() === name) raw.splice(i, 2);
}
