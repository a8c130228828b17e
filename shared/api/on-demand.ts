/**
 * Schemas of answers describe, and validate nothing. Those of the routes that a cold start waits for are made when the
 * API's document asks for them; elsewhere nobody waits, and they are plain schemas.
 */
import type { z } from '@hono/zod-openapi';

/** Makes a schema at the first call, and returns that one ever after: its name in the document is by identity. */
export function onDemand<T extends z.ZodType>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A route's answer in one media type. */
export function answered<T extends z.ZodType>(make: () => T): { readonly schema: T } {
  return {
    get schema() {
      return make();
    },
  };
}
