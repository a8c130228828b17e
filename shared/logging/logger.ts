/** Structured logs: one JSON object a line, in the field names Cloud Logging understands. */
import { createHash } from 'node:crypto';
import { type DestinationStream, pino } from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;

/** What the code needs of a logger; pino's own instances satisfy it. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
const SEVERITY: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/** Never written, wherever a caller puts them. */
const SECRET_FIELDS = ['authorization', 'token', 'd', 'privateKey', 'password', 'cookie'];

/**
 * Creates a logger whose lines carry `severity`, `time` (ISO 8601), `message` and the given fields. Writes
 * synchronously to standard output unless a destination is given, so that a crash loses no line.
 */
export function createLogger(
  options: { level?: LogLevel; destination?: DestinationStream; fields?: LogFields } = {},
): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: { ...options.fields },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: SEVERITY[label] ?? 'DEFAULT' }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]),
        censor: '[redacted]',
      },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** Stands for an id in logs: the first 12 hex digits of its SHA-256, enough to follow, too few to list ids. */
export function shortHash(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12);
}
