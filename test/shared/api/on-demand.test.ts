import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { expect, test } from 'vitest';
import { answered, onDemand } from '../../../shared/api/on-demand.ts';

test('a schema of an answer is made when a document is asked for, once, and is one component there', () => {
  let made = 0;
  const schema = onDemand(() => {
    made += 1;
    return z.object({ yes: z.boolean() }).openapi('Thing');
  });
  const app = new OpenAPIHono();
  for (const path of ['/a', '/b'])
    app.openapi(
      createRoute({
        method: 'get',
        path,
        responses: { 200: { description: 'Yes.', content: { 'application/json': answered(schema) } } },
      }),
      (c) => c.json({ yes: true }, 200),
    );
  expect(made).toBe(0);
  const document = () => app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 't', version: '1' } });
  expect(document()).toEqual(document());
  expect(made).toBe(1);
  expect(Object.keys(document().components?.schemas ?? {})).toEqual(['Thing']);
  const reference = { $ref: '#/components/schemas/Thing' };
  for (const path of ['/a', '/b'])
    expect(document().paths?.[path]?.get?.responses?.[200]).toMatchObject({
      content: { 'application/json': { schema: reference } },
    });
});
