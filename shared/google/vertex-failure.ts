/** Why a model did not write: in a word for the log, and as the error for whoever asked. */
import { PermanentError, TransientError } from '../errors.ts';

/** An outcome for the log, beside what the caller is told. */
export class Failure extends Error {
  readonly outcome: string;
  readonly told: unknown;
  readonly isRepeatable: boolean;

  constructor(outcome: string, told: unknown, isRepeatable = false) {
    super(outcome);
    this.outcome = outcome;
    this.told = told;
    this.isRepeatable = isRepeatable;
  }
}

/** Vertex AI's own message is left out: it may quote what it was sent. */
export function failureOfStatus(status: number): Failure {
  const message = `Vertex AI answered ${status}.`;
  const isRepeatable = status === 429 || status >= 500;
  const told = isRepeatable || status === 408 ? new TransientError(message) : new PermanentError(message);
  return new Failure(`http ${status}`, told, isRepeatable);
}

/** Neither are messages of the network or of credentials quoted, only what kind of error they are. */
export function failureOfNetwork(error: unknown): Failure {
  const { name, code, cause } = error as {
    name?: string;
    code?: unknown;
    cause?: { code?: unknown; cause?: { code?: unknown } };
  };
  const reason = code ?? cause?.code ?? cause?.cause?.code ?? name ?? 'unknown';
  return new Failure('unreachable', new TransientError(`Vertex AI could not be asked: ${String(reason)}.`));
}
