/** update-signals behind a push subscription: one message a request, the status says what becomes of it. */
import type { ApiApp, ApiDeps } from '../../shared/api/app.ts';
import { createApi } from '../../shared/api/app.ts';
import { readBody } from '../../shared/api/body.ts';
import { messageOf, TransientError } from '../../shared/errors.ts';
import type { PushedMessage } from '../../shared/google/push-envelope.ts';
import type { Logger } from '../../shared/logging/logger.ts';
import type { Handler, Message, Outcome } from '../../shared/ports/topics.ts';

export interface PushAppDeps extends ApiDeps {
  /** Throws Unauthenticated or Forbidden for a push that is not Pub/Sub's. */
  readonly authenticatePush: (authorization: string | undefined) => Promise<void>;
  /** The message in a push's body, its data as the handler reads it. Throws InvalidInput for what is no push. */
  readonly parsePush: (body: string) => PushedMessage;
  readonly handler: Handler;
  /** Resolves when the message is kept among the dead letters, durably. */
  readonly publishDead: (message: Message, reason: string) => Promise<void>;
}

/** Pub/Sub takes messages of 10 MB, which base64 makes a third larger. */
const MAX_BODY_BYTES = 14 * 1024 * 1024;

/**
 * 204 acknowledges: the message was handled, or can never be and lies among the dead letters with its reason. Anything
 * else makes Pub/Sub send it again, with pauses that grow, until it dies of its attempts: 503 for what may pass, 401
 * and 403 for who may not push, 400 for a body that is no push.
 */
export function createPushApp(deps: PushAppDeps): ApiApp {
  const { authenticatePush, parsePush } = deps;
  const app = createApi(deps);
  app.get('/livez', (c) => c.json({ status: 'alive' }));
  app.post('/', async (c) => {
    const logger = c.get('logger');
    const message = await reportRefusal(logger, async () => {
      await authenticatePush(c.req.header('authorization'));
      return parsePush(await readBody(c, MAX_BODY_BYTES));
    });
    await settle(deps, message, await handle(deps.handler, message));
    return c.body(null, 204);
  });
  return app;
}

/** Nobody reads the answer to a push: why it was refused must be in the log. */
async function reportRefusal<T>(logger: Logger, take: () => Promise<T>): Promise<T> {
  try {
    return await take();
  } catch (error) {
    logger.warn({ error }, 'a push was refused');
    throw error;
  }
}

async function handle(handler: Handler, message: Message): Promise<Outcome> {
  let outcomes: readonly Outcome[];
  try {
    outcomes = await handler([message]);
  } catch (cause) {
    throw laterOf(message, messageOf(cause), cause);
  }
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length > 1)
    throw laterOf(message, `the handler returned ${outcomes.length} outcomes for one message`);
  return outcome;
}

async function settle(
  { publishDead }: Pick<PushAppDeps, 'publishDead'>,
  message: PushedMessage,
  outcome: Outcome,
): Promise<void> {
  if (outcome.kind === 'ack') return;
  if (outcome.kind === 'retry') throw laterOf(message, outcome.reason);
  try {
    // As it travelled: what is put back into the topic must be of the topic's schema.
    await publishDead({ ...message, data: message.wireData }, outcome.reason);
  } catch (cause) {
    // Not acknowledged, it comes again and may be kept then; twice among the dead letters is better than nowhere.
    throw laterOf(message, `a dead letter could not be kept: ${messageOf(cause)}`, cause);
  }
}

function laterOf({ id, attempt }: Message, reason: string, cause?: unknown): TransientError {
  return new TransientError(`Message ${id}, attempt ${attempt}: ${reason}`, { cause });
}
