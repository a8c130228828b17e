/** `serve` in the cloud on a plain Node host, which answers several times as many requests as the framework. */
import { serve } from '@hono/node-server';
import { createCloudServe } from './cloud.ts';

const DRAIN_MS = 8_000;

const server = serve({
  fetch: createCloudServe(process.env).fetch,
  hostname: '0.0.0.0',
  port: Number(process.env.PORT ?? 8080),
});
// Cloud Run gives ten seconds: what was asked is answered first.
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), DRAIN_MS).unref();
});
