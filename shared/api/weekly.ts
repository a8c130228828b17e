/** Discover Weekly as it is answered: the week's playlist, what replaced what, and what came of earlier ones. */
import { z } from '@hono/zod-openapi';
import { answerSchema } from './answer.ts';
import { onDemand } from './on-demand.ts';

export const WeekSchema = z.string().regex(/^\d{4}-W\d{2}$/, 'must be an ISO week like 2026-W47');

const outcomeSchema = onDemand(() =>
  z.object({
    itemId: z.string(),
    recordingId: z.string(),
    plays: z.int().describe('Since the week was made.'),
    skips: z.int(),
    saved: z.boolean().describe('Saved, liked or put on a playlist, and not taken back.'),
    retained: z
      .boolean()
      .describe('Saved, come back to on two later days, or led to three others of the artist.'),
  }),
);

export const weeklySchema = onDemand(() =>
  answerSchema()
    .extend({
      week: WeekSchema,
      madeAt: z
        .string()
        .nullable()
        .describe('Null where it was not kept: it then changes with every request.'),
      replaced: z
        .array(
          z.object({
            itemId: z.string(),
            reason: z.string().describe('`heard`, or the control that rules it out.'),
            by: z.string().nullable().describe('Null where no reserve was left.'),
          }),
        )
        .describe('What the week was made with and is left out now.'),
      outcomes: z
        .array(outcomeSchema())
        .nullable()
        .describe(
          'Of an earlier week, what came of each; null for this week and where its plays are no longer at hand.',
        ),
    })
    .openapi('Weekly'),
);

export const weeksSchema = onDemand(() =>
  z.object({ listenerId: z.string(), weeks: z.array(WeekSchema).describe('Newest first.') }).openapi('Weeks'),
);

export type Weekly = z.infer<ReturnType<typeof weeklySchema>>;
