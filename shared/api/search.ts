/** What is asked of search and what it answers. */
import { z } from '@hono/zod-openapi';
import { CONTROL_KINDS } from '../domain/control.ts';
import { Id } from './ids.ts';

export const FINDABLE_KINDS = ['track', 'artist', 'show', 'episode'] as const;
export type FindableKind = (typeof FINDABLE_KINDS)[number];
const isKind = (name: string): name is FindableKind => (FINDABLE_KINDS as readonly string[]).includes(name);

export const MAX_QUERY_LENGTH = 200;
export const MAX_HITS = 50;

const Kinds = z
  .string()
  .transform((text, context): readonly FindableKind[] => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.filter((name) => !isKind(name));
    if (unknown.length > 0)
      context.addIssue({
        code: 'custom',
        message: `${unknown.map((name) => JSON.stringify(name)).join(', ')} is none of ${FINDABLE_KINDS.join(', ')}`,
      });
    return [...new Set(names.filter(isKind))];
  })
  .optional()
  .openapi({
    type: 'string',
    example: 'track,artist',
    description: 'What to look for; all kinds unless told.',
  });

export const SearchQuerySchema = z.object({
  q: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(MAX_QUERY_LENGTH, `must be at most ${MAX_QUERY_LENGTH} characters`)
    .openapi({
      example: 'harbor lights',
      description: 'Words, or the beginning of one; slips are forgiven.',
    }),
  kinds: Kinds,
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_HITS)
    .default(10)
    .describe(`How many hits of each kind, 1 to ${MAX_HITS}.`),
  listener: Id.optional().describe(
    'With a service token, whom the order is for; without it the order is for nobody. A listener’s token names its own.',
  ),
});

const HitSchema = z
  .object({
    id: z.string().describe('Item id of a track or an episode, artist id of an artist or a show.'),
    title: z.string().nullable().describe('Name of an artist or a show.'),
    artist: z.string().nullable(),
    artistId: z.string().nullable(),
    album: z.string().nullable(),
    recordingId: z.string().nullable(),
    durationMs: z.number().nullable(),
    explicit: z.boolean().nullable(),
    blocked: z
      .enum(CONTROL_KINDS)
      .nullable()
      .describe(
        'The control that keeps it from being recommended; what is asked for by name is still found.',
      ),
    fields: z.array(z.enum(['title', 'artist', 'album'])).describe('Where the words asked for were found.'),
    match: z
      .enum(['exact', 'words', 'beginnings', 'similar'])
      .describe('The whole title, whole words, beginnings of words, or words spelt much alike.'),
    score: z.number(),
    scoreParts: z
      .object({ text: z.number(), popularity: z.number(), affinity: z.number(), exact: z.number() })
      .describe('What the score is the sum of.'),
  })
  .openapi('SearchHit');

const Hits = z.array(HitSchema).optional();

export const SearchAnswerSchema = z
  .object({
    query: z.string(),
    listenerId: z.string().nullable().describe('Whom the order is for.'),
    build: z.string().nullable().describe('The build whose catalogue was searched.'),
    generatedAt: z.string(),
    results: z
      .object({ track: Hits, artist: Hits, show: Hits, episode: Hits })
      .describe('Best first, of each kind that was asked for.'),
    degraded: z.array(z.string()).describe('Parts that could not be read; empty when all is well.'),
  })
  .openapi('SearchAnswer');

export type SearchAnswer = z.infer<typeof SearchAnswerSchema>;
export type SearchAnswerHit = z.infer<typeof HitSchema>;
