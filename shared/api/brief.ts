/** Briefs at the edge: what an app may send, complete or in part, and what a model is asked to write. */
import { z } from '@hono/zod-openapi';
import { type Brief, FAMILIARITIES, MOODS, MOST_MINUTES, MOST_TRACKS, VERSIONS } from '../domain/brief.ts';
import { applyPatch, type Json, type PatchOperation } from '../domain/brief-json-patch.ts';
import { ENERGY_ARCS } from '../domain/energy-arc.ts';
import type { WrittenBrief } from '../domain/written-brief.ts';
import { InvalidInput, messageOf } from '../errors.ts';
import { isDeeperThan, MOST_DEPTH } from './depth.ts';
import { Id } from './ids.ts';
import { fieldProblems } from './problem.ts';

export const MOST_ENTRIES = 50;
const MAX_NAME = 200;

const Name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(MAX_NAME, `must be at most ${MAX_NAME} characters`);
const NamedTrack = z.strictObject({
  title: Name,
  artist: Name.nullable().default(null).describe('null: whoever recorded it.'),
});
const Mood = z.enum(MOODS);
const Version = z.enum(VERSIONS);

const list = <T extends z.ZodType>(entry: T) =>
  z.array(entry).max(MOST_ENTRIES, `must be at most ${MOST_ENTRIES}`).prefault([]);

function range(bound: z.ZodNumber, unit: string) {
  return z
    .strictObject({ min: bound.nullable().default(null), max: bound.nullable().default(null) })
    .refine(({ min, max }) => min === null || max === null || min <= max, 'min must not be above max')
    .nullable()
    .default(null)
    .describe(`${unit} Inclusive; null: no bound.`);
}

const share = z.number().min(0).max(1);

/** The fields of a brief whose artists and tracks are told by `artist` and `track`. */
function fields<A extends z.ZodType, T extends z.ZodType>(artist: A, track: T) {
  return {
    version: z.literal(1).default(1),
    genres: list(Name).describe('Any of them; names of the catalogue.'),
    moods: list(Mood).describe('Any of them.'),
    seedArtists: list(artist).describe('Music of them and like them.'),
    seedTracks: list(track).describe('Music like them.'),
    onlyArtists: list(artist).describe('Music of these only.'),
    years: range(z.int().min(1000).max(2100), 'Years of release.'),
    bpm: range(z.number().min(30).max(300), 'Beats per minute.'),
    energy: range(share, '0 quiet to 1 intense.'),
    valence: range(share, '0 gloomy to 1 cheerful.'),
    languages: list(z.string().regex(/^[a-z]{2}$/, 'must be an ISO 639-1 code')).describe('ISO 639-1 codes.'),
    versions: list(Version).describe('Only these kinds of recording.'),
    cleanOnly: z
      .boolean()
      .default(false)
      .describe('Nothing explicit, and nothing of which that is not known.'),
    exclude: z
      .strictObject({
        genres: list(Name),
        artists: list(artist),
        tracks: list(track),
        versions: list(Version),
        moods: list(Mood),
      })
      .prefault({})
      .describe('None of these.'),
    less: z
      .strictObject({ genres: list(Name), artists: list(artist) })
      .prefault({})
      .describe('Rather less of these.'),
    familiarity: z.enum(FAMILIARITIES).default('any').describe('Whether the listener may know it.'),
    discovery: share.nullable().default(null).describe('0 familiar to 1 adventurous; null: as usual.'),
    popularity: z.number().min(-1).max(1).default(0).describe('-1 the least known to 1 the best known.'),
    arc: z.enum(ENERGY_ARCS).nullable().default(null).describe('How energy moves; null: what flows best.'),
    length: z
      .strictObject({
        tracks: z.int().min(1).max(MOST_TRACKS).nullable().default(null),
        minutes: z.int().min(1).max(MOST_MINUTES).nullable().default(null),
      })
      .refine(
        ({ tracks, minutes }) => tracks === null || minutes === null,
        'tracks and minutes must not both be set',
      )
      .prefault({})
      .describe('At most one of them; neither: 25 tracks.'),
    unread: list(z.string().max(MAX_NAME)).describe('Words of the prompt that meant nothing.'),
  };
}

/** What is left out is as in OPEN_BRIEF; anything unknown is refused. Artists and tracks are ids. */
export const BriefSchema = z.strictObject(fields(Id, Id)).openapi('Brief');
/** As BriefSchema, with names for ids. */
export const WrittenBriefSchema = z.strictObject(fields(Name, NamedTrack)).openapi('WrittenBrief');

/** z.json() refers to itself, which the OpenAPI generator follows for ever; a parsed body holds nothing but JSON. */
const AnyJson = z
  .unknown()
  .refine((value) => value !== undefined, 'is needed')
  .refine((value) => !isDeeperThan(value, MOST_DEPTH), `is nested more than ${MOST_DEPTH} levels deep`)
  .openapi({ description: 'Any JSON.' }) as unknown as z.ZodType<Json>;

const isPointer = /^(?:\/(?:[^~/]|~[01])*)*$/;
/** RFC 6902, the operations that refinements use; `value` may be any JSON and is checked with the patched brief. */
export const BriefPatchSchema = z
  .array(
    z.discriminatedUnion('op', [
      z.strictObject({
        op: z.enum(['add', 'replace', 'test']),
        path: z.string().max(256).regex(isPointer),
        value: AnyJson,
      }),
      z.strictObject({ op: z.literal('remove'), path: z.string().max(256).regex(isPointer) }),
    ]),
  )
  .max(100)
  .openapi('BriefPatch');

/** A brief with everything that was left out. Throws InvalidInput naming each field that is wrong. */
export function parseBrief(value: unknown): Brief {
  const parsed = BriefSchema.safeParse(value);
  if (!parsed.success) throw new InvalidInput(fieldProblems(parsed.error));
  return parsed.data;
}

/** What a model wrote. Throws InvalidInput naming each field that is wrong. */
export function parseWrittenBrief(value: unknown): WrittenBrief {
  const parsed = WrittenBriefSchema.safeParse(value);
  if (!parsed.success) throw new InvalidInput(fieldProblems(parsed.error));
  return parsed.data;
}

/** The patched brief, checked as a whole. Throws InvalidInput where the patch does not apply or makes no brief. */
export function patchBrief(brief: Brief, patch: readonly PatchOperation[]): Brief {
  let patched: unknown;
  try {
    patched = applyPatch(brief, patch);
  } catch (error) {
    throw new InvalidInput([{ pointer: '/patch', detail: messageOf(error) }], { cause: error });
  }
  return parseBrief(patched);
}

/** JSON Schema of a WrittenBrief, every field required, for a model's structured output. */
export function briefJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(WrittenBriefSchema, {
    io: 'output',
    override: ({ jsonSchema }) => {
      delete jsonSchema.default;
    },
  });
  delete schema.$schema;
  return schema;
}
