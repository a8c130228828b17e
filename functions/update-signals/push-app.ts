/** update-signals behind a push subscription: one message a request, the status says what becomes of it. */
import type { ApiApp, ApiDeps } from '../../shared/api/app.ts';
import { createApi } from '../../shared/api/app.ts';
import { readBody } from '../../shared/api/body.ts';
import { messageOf, TransientError } from '../../shared/errors.ts';
import type { Handler, Message, Outcome } from '../../shared/ports/topics.ts';

export interface PushAppDeps extends ApiDeps {
  /** Throws Unauthenticated or Forbidden for a push that is not Pub/Sub's. */
  readonly authenticatePush: (authorization: string | undefined) => Promise<void>;
  /** The message in a push's body. Throws InvalidInput for what is no push. */
  readonly parsePush: (body: string) => Message;
  readonly handler: Handler;
  /** Resolves when the message is kept among the dead letters, durably. */
  readonly publishDead: (message: Message, reason: string) => Promise<void>;
}

/** Pub/Sub takes messages of 10 MB, which base64 makes a third larger. */
const MAX_BODY_BYTES = 14 * 1024 * 1024;

/**
 * 204 acknowledges: the message was handled, or can never be and lies among the dead letters with its reason. Anything
 * else makes Pub/Sub send it again, with pauses that grow, until it dies of its attempts.
 */
export function createPushApp(deps: PushAppDeps): ApiApp {
  const app = createApi(deps);
  app.get('/livez', (c) => c.json({ status: 'alive' }));
  app.post('/', async (c) => {
    await deps.authenticatePush(c.req.header('authorization'));
    const message = deps.parsePush(await readBody(c, MAX_BODY_BYTES));
    const [outcome] = await deps.handler([message]);
    await settle(deps, message, outcome);
    return c.body(null, 204);
  });
  return app;
}

async function settle(
  { publishDead }: Pick<PushAppDeps, 'publishDead'>,
  message: Message,
  outcome: Outcome | undefined,
): Promise<void> {
  if (outcome?.kind === 'ack') return;
  if (outcome?.kind !== 'dead')
    throw new TransientError(outcome?.reason ?? 'The handler did not say what became of the message.');
  try {
    await publishDead(message, outcome.reason);
  } catch (cause) {
    // Not acknowledged, it comes again and may be kept then; twice among the dead letters is better than nowhere.
    throw new TransientError(`A dead letter could not be kept: ${messageOf(cause)}`, { cause });
  }
}
