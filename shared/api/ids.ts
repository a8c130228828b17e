/** The ids of the API: opaque strings of 1 to 128 bytes of printable ASCII. */
import { z } from '@hono/zod-openapi';

export const MAX_ID_BYTES = 128;

const PRINTABLE = /^[\x20-\x7e]*$/;

export const Id = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_ID_BYTES, `must be at most ${MAX_ID_BYTES} bytes`)
  .regex(PRINTABLE, 'must be printable ASCII')
  .openapi({ example: 'listener-1' });
