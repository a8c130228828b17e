/** What every function's edge is made of in the cloud: logs, clock, who asks. */
import type { ApiDeps } from '../api/app.ts';
import { createAuthenticator } from '../auth/authenticator.ts';
import { createOidcVerifier } from '../auth/oidc.ts';
import { createLocalVerifier } from '../auth/tokens.ts';
import { createLogger } from '../logging/logger.ts';
import type { FunctionEnvironment } from './environment.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** The edge of a function of this name; tokens of the environment's issuer and keys are believed, no others. */
export function createEdge(environment: FunctionEnvironment, name: string): ApiDeps {
  const { keys, oidc, project } = environment;
  const clock = SYSTEM_CLOCK;
  const verifiers = [
    ...(keys.length > 0 ? [createLocalVerifier({ keys: async () => keys, clock })] : []),
    ...(oidc === undefined ? [] : [createOidcVerifier({ ...oidc, clock })]),
  ];
  return {
    logger: createLogger({ level: environment.logLevel, fields: { function: name } }),
    authenticate: createAuthenticator({ verifiers, clock }),
    clock,
    newId: () => crypto.randomUUID(),
    project,
  };
}
