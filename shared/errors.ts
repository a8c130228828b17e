/** Two kinds of failure decide what happens next; each class says which it is in one sentence. */

/** Trying again cannot help: the input or the configuration must change. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/** Trying again may help: a store, a disk or a network did not do its part this time. */
export class TransientError extends Error {
  override readonly name: string = 'TransientError';
}

/** Input that breaks a rule; `pointer` is an RFC 6901 JSON pointer to what is wrong. */
export class InvalidInput extends PermanentError {
  override readonly name = 'InvalidInput';
  readonly problems: readonly { readonly pointer: string; readonly detail: string }[];

  constructor(problems: readonly { pointer: string; detail: string }[], options?: ErrorOptions) {
    super(problems.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join('; '), options);
    this.problems = problems;
  }
}

/** What was asked for does not exist. */
export class NotFound extends PermanentError {
  override readonly name = 'NotFound';
}

/** Who asks is not known (missing, malformed or expired token). */
export class Unauthenticated extends PermanentError {
  override readonly name = 'Unauthenticated';
}

/** Who asks is known and may not. */
export class Forbidden extends PermanentError {
  override readonly name = 'Forbidden';
}

/** The request is larger than the surface accepts. */
export class TooLarge extends PermanentError {
  override readonly name = 'TooLarge';
}

/** Asked too often; `retryAfterSeconds` says when to ask again. */
export class RateLimited extends TransientError {
  override readonly name = 'RateLimited';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(`Too many requests; try again in ${retryAfterSeconds} s.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The message of anything thrown, for logs and reasons. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
