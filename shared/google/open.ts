/** Opens what every request meets as the ports that functions ask for. Nothing is asked of Google before it is used. */
import { PermanentError } from '../errors.ts';
import type { Logger } from '../logging/logger.ts';
import type { RowStore } from '../ports/row-store.ts';
import { APP_PROFILES, BIGTABLE_INSTANCE } from '../schema/cloud.ts';
import type { SubscriptionName } from '../schema/topics.ts';
import { createBigtableRows } from './bigtable-rows.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { FunctionEnvironment } from './environment.ts';
import { createPublisher } from './pubsub-publisher.ts';
import { createPubsubTopics } from './pubsub-topics.ts';
import { type AuthenticatePush, createPushAuthenticator } from './push-authenticator.ts';
import { rememberPointer } from './remembered-pointer.ts';
import { routeRows } from './routed-rows.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** How long a process serves a build after another was published. */
const POINTER_MS = 10_000;

/** Well above what a point read takes as a rule, a few milliseconds. */
const HEDGE_MS = 40;

type Profile = keyof typeof APP_PROFILES;

function rowsThrough({ project, emulators }: FunctionEnvironment, profile: Profile) {
  return createBigtableRows({
    project,
    instance: BIGTABLE_INSTANCE,
    appProfile: APP_PROFILES[profile],
    emulatorHost: emulators.bigtable,
    ...(profile === 'serving' && { hedgeAfterMs: HEDGE_MS }),
  });
}

/** Rows as a function of this profile uses them; `serving` also remembers the pointer and routes what needs one cluster. */
export function openRows(environment: FunctionEnvironment, profile: Profile): RowStore {
  if (profile !== 'serving') return rowsThrough(environment, profile);
  const routed = routeRows(rowsThrough(environment, 'serving'), rowsThrough(environment, 'writing'));
  return { ...routed, read: rememberPointer(routed.read, { now: SYSTEM_CLOCK.now, forMs: POINTER_MS }) };
}

/** Publishing; what is delivered to functions is pushed to them. */
export function openTopics(environment: FunctionEnvironment) {
  return createPubsubTopics(openPublisher(environment));
}

/** Keeps what can never be delivered to a subscription. */
export function openDeadLetters(environment: FunctionEnvironment, subscription: SubscriptionName) {
  return createDeadLetters(openPublisher(environment), subscription);
}

function openPublisher({ project, location, emulators }: FunctionEnvironment) {
  return createPublisher({ project, location, emulatorHost: emulators.pubsub });
}

/** Who may push. Pub/Sub's emulator signs nothing, so with it anybody may, which is said loudly. */
export function openPushAuthenticator(
  { push, emulators }: FunctionEnvironment,
  logger: Logger,
): AuthenticatePush {
  if (push !== undefined) return createPushAuthenticator({ ...push, clock: SYSTEM_CLOCK });
  if (emulators.pubsub === undefined) throw new PermanentError('SEGUE_PUSH_ACCOUNT: must be set.');
  logger.warn({}, 'PUSHES ARE NOT AUTHENTICATED: this process is for the emulator of Pub/Sub only');
  return async () => undefined;
}
