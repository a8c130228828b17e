/** Why a track was served to a listener, or would be: everything that spoke for it, in one place. */
import { z } from '@hono/zod-openapi';
import { CONTROL_KINDS } from '../domain/control.ts';
import { answerItemSchema } from './answer.ts';
import { BriefSchema } from './brief.ts';
import { Id } from './ids.ts';
import { ReasonSchema, SessionAnswerSchema, SessionId } from './session.ts';

export const ExplanationQuerySchema = z.object({
  itemId: Id.describe('The track.'),
  sessionId: SessionId.optional().describe(
    'The session that served it. Without it the weeks of Discover Weekly are looked through, newest first, and then ' +
      'what the nightly build proposes.',
  ),
});

const item = answerItemSchema().shape;

export const ExplanationSchema = z
  .object({
    listenerId: z.string(),
    itemId: z.string(),
    recordingId: z.string(),
    title: item.title,
    artist: item.artist,
    artistId: item.artistId,
    album: item.album,
    served: z.object({
      surface: z
        .enum(['session', 'discover-weekly', 'pool'])
        .describe('`pool`: not served there; the nightly build proposes it to this listener.'),
      sessionId: z.string().nullable(),
      turn: z.int().nullable(),
      week: z.string().nullable(),
      at: z.string().nullable(),
      position: z.int().nullable(),
      impressionId: z.string().nullable(),
      build: z.string().nullable(),
    }),
    isWhole: z
      .boolean()
      .describe('False where the answer is too old to be kept: sources, seeds and notion are gone then.'),
    source: z.string().nullable().describe('The generator that proposed it on the strongest evidence.'),
    sources: item.sources,
    seedTracks: item.seedTracks,
    seedArtists: item.seedArtists,
    notion: z.string().nullable().describe('What kind of discovery it was for this listener.'),
    score: z.number().nullable(),
    scoreParts: item.scoreParts,
    reasons: z.array(ReasonSchema).describe('What of the brief or of the session spoke for it.'),
    constraints: z
      .object({
        prompt: z.string().nullable(),
        brief: BriefSchema.describe('As it was in that turn; as it is now where the answer is not kept.'),
        steered: z.array(z.object({ turn: z.int(), steer: z.string() })).describe('Up to that turn.'),
        gaveWay: z.array(z.string()).describe('Fields of the brief that this track does not meet.'),
        unmet: SessionAnswerSchema.shape.unmet.describe('What the tracks of that turn did not meet.'),
      })
      .nullable()
      .describe('Null where no session served it.'),
    blocked: z.enum(CONTROL_KINDS).nullable().describe('The control that keeps it from being served now.'),
    degraded: z.array(z.string()).describe('Parts that could not be read; empty when all is well.'),
  })
  .openapi('Explanation');
export type Explanation = z.infer<typeof ExplanationSchema>;
