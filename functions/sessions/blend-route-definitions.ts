/** What the routes of Blend take and answer. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  BlendGroupSchema,
  BlendSchema,
  BlendsSchema,
  CreateBlendSchema,
  JoinBlendSchema,
} from '../../shared/api/blend.ts';
import { limitBody } from '../../shared/api/body.ts';
import { Id } from '../../shared/api/ids.ts';
import { JSPF_TYPE, jspfSchema } from '../../shared/api/jspf.ts';
import { answered } from '../../shared/api/on-demand.ts';
import { BEARER, problemResponses } from '../../shared/api/openapi.ts';

const MAX_BYTES = 4_096;

const GroupAnswer = { content: { 'application/json': { schema: BlendGroupSchema } } };
const Path = z.object({ id: Id });
const MemberPath = z.object({ id: Id, listenerId: Id });

export const createBlendRoute = createRoute({
  method: 'post',
  path: '/v1/blends',
  summary: 'Start a blend that others can join',
  security: BEARER,
  middleware: [limitBody(MAX_BYTES)] as const,
  request: { body: { content: { 'application/json': { schema: CreateBlendSchema } }, required: true } },
  responses: {
    200: { description: 'The blend this request made before.', ...GroupAnswer },
    201: { description: 'The new blend, of its creator alone.', ...GroupAnswer },
    ...problemResponses(400, 401, 403, 409, 413, 415, 503),
  },
});

export const readRoute = createRoute({
  method: 'get',
  path: '/v1/blends/{id}',
  summary: 'Today’s tracks for all members of a blend',
  security: BEARER,
  request: {
    params: Path,
    query: z.object({ listenerId: Id.optional().describe('For whom a service asks; a member.') }),
  },
  responses: {
    200: {
      description: 'The same tracks for every member, all day (UTC).',
      content: { 'application/json': { schema: BlendSchema }, [JSPF_TYPE]: answered(jspfSchema) },
    },
    ...problemResponses(400, 401, 403, 404, 409, 503),
  },
});

export const joinRoute = createRoute({
  method: 'post',
  path: '/v1/blends/{id}/members',
  summary: 'Join a blend by its invitation',
  security: BEARER,
  middleware: [limitBody(MAX_BYTES)] as const,
  request: {
    params: Path,
    body: { content: { 'application/json': { schema: JoinBlendSchema } }, required: true },
  },
  responses: {
    200: { description: 'The blend with the listener in it.', ...GroupAnswer },
    ...problemResponses(400, 401, 403, 404, 409, 413, 415, 503),
  },
});

export const leaveRoute = createRoute({
  method: 'delete',
  path: '/v1/blends/{id}/members/{listenerId}',
  summary: 'Leave a blend',
  security: BEARER,
  request: { params: MemberPath },
  responses: {
    204: { description: 'The listener is no member of it.' },
    ...problemResponses(400, 401, 403, 503),
  },
});

export const removeRoute = createRoute({
  method: 'delete',
  path: '/v1/blends/{id}',
  summary: 'Delete a blend for all of its members',
  security: BEARER,
  request: { params: Path },
  responses: {
    204: { description: 'It is gone.' },
    ...problemResponses(400, 401, 403, 404, 503),
  },
});

export const listRoute = createRoute({
  method: 'get',
  path: '/v1/listeners/{id}/blends',
  summary: 'The blends a listener is in',
  security: BEARER,
  request: { params: Path },
  responses: {
    200: { description: 'Blends by id.', content: { 'application/json': { schema: BlendsSchema } } },
    ...problemResponses(400, 401, 403, 503),
  },
});
