/** Blends: groups of listeners, and the tracks of a day for all of them. */
import { z } from '@hono/zod-openapi';
import type { BlendGroup } from '../domain/blend-group.ts';
import { answerItemSchema, answerSchema, SourceSchema } from './answer.ts';
import { Id } from './ids.ts';

export const CreateBlendSchema = z
  .strictObject({
    listenerId: Id.optional().describe(
      'The first member; needed of a service, a listener’s token names its own.',
    ),
    requestId: Id.optional().describe('The same one from the same listener gives the same blend.'),
  })
  .openapi('CreateBlend');

export const JoinBlendSchema = z
  .strictObject({
    listenerId: Id.optional().describe('Needed of a service; a listener joins with their own token.'),
    invitation: Id.describe('As a member of the blend passes it on.'),
  })
  .openapi('JoinBlend');

export const BlendGroupSchema = z
  .object({
    blendId: z.string(),
    creator: z.string().describe('Who may delete it: who created it, or else who has been in it longest.'),
    invitation: z.string().describe('For others to join with.'),
    createdAt: z.string(),
    members: z.array(z.object({ listenerId: z.string(), joinedAt: z.string() })),
  })
  .openapi('BlendGroup');

export const BlendsSchema = z
  .object({ listenerId: z.string(), blends: z.array(BlendGroupSchema) })
  .openapi('Blends');

const PartsSchema = z.object({
  artists: z.number().describe('Cosine of artist affinities, 0 to 1.'),
  sound: z.number().describe('Cosine of genres, mean energy and mean tempo, 0 to 1.'),
  tracks: z.number().describe('Weighted Jaccard of track affinities, 0 to 1.'),
});

export const BlendMatchSchema = z
  .object({
    percent: z
      .number()
      .nullable()
      .describe('50·artists + 30·sound + 20·tracks, the mean of all pairs; null where too little is known.'),
    explanation: z.object({
      parts: PartsSchema.nullable(),
      artists: z
        .array(z.object({ artistId: z.string(), name: z.string().nullable() }))
        .describe('What members share, what counts most first.'),
      genres: z.array(z.string()),
      pairs: z.array(z.object({ members: z.array(z.string()), percent: z.number(), parts: PartsSchema })),
    }),
  })
  .openapi('BlendMatch');

const BlendItemSchema = answerItemSchema()
  .extend({
    source: z
      .enum([...SourceSchema.options, 'favourite'])
      .describe('The generator that proposed it; `favourite`: the member plays it already.'),
    attributedTo: z.string().describe('The member it is from.'),
    affinities: z
      .record(z.string(), z.number())
      .describe('By member, 0 to 1: where it stands among all that is known of their taste; 0 for nothing.'),
    favouriteOf: z.array(z.string()).describe('Members who play it and like it already.'),
    reason: z.enum(['everyone', 'several', 'one']).describe('How many members’ taste speaks for it.'),
  })
  .openapi('BlendItem');

export const BlendSchema = answerSchema()
  .extend({
    blendId: z.string(),
    date: z.string().describe('UTC; the blend is the same all day.'),
    members: z.array(
      z.object({
        listenerId: z.string(),
        basis: z.enum(['build', 'signals', 'popularity']),
        attributed: z.int().describe('How many of the items are from them.'),
      }),
    ),
    match: BlendMatchSchema,
    items: z.array(BlendItemSchema),
  })
  .openapi('Blend');

export type BlendAnswer = z.infer<typeof BlendSchema>;
export type BlendAnswerItem = z.infer<typeof BlendItemSchema>;
export type BlendMatch = z.infer<typeof BlendMatchSchema>;

/** A group as its members see it. */
export function describeGroup(group: BlendGroup): z.infer<typeof BlendGroupSchema> {
  return {
    blendId: group.id,
    creator: group.creator ?? '',
    invitation: group.invitation,
    createdAt: new Date(group.createdAt).toISOString(),
    members: group.members.map(({ listenerId, joinedAt }) => ({
      listenerId,
      joinedAt: new Date(joinedAt).toISOString(),
    })),
  };
}
