/** What a prompt asks for, as constraints that code can check on a playlist; see README.md beside this file. */
import { z } from 'zod';
import { MOODS, VERSIONS } from '../../domain/brief.ts';
import { ENERGY_ARCS } from '../../domain/energy-arc.ts';

const words = z.array(z.string().min(1)).min(1).readonly();

/** Both bounds inclusive; at least one of them. */
function ranged<K extends string>(kind: K, least: number, most: number) {
  const bound = z.number().min(least).max(most).optional();
  return z
    .strictObject({ kind: z.literal(kind), min: bound, max: bound })
    .readonly()
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs a bound')
    .refine(({ min, max }) => min === undefined || max === undefined || min <= max, 'has min above max');
}

const plain = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind) }).readonly();
const withNames = <K extends string>(kind: K) =>
  z.strictObject({ kind: z.literal(kind), names: words }).readonly();
const versions = z.array(z.enum(VERSIONS)).min(1).readonly();
const moods = z.array(z.enum(MOODS)).min(1).readonly();

/** Kinds that every single track has to meet. */
const TRACK_SCHEMAS = [
  z.strictObject({ kind: z.literal('genre'), anyOf: words }).readonly(),
  z.strictObject({ kind: z.literal('not_genre'), noneOf: words }).readonly(),
  ranged('year', 1000, 2100),
  ranged('not_year', 1000, 2100),
  z.strictObject({ kind: z.literal('recent'), years: z.number().int().positive() }).readonly(),
  ranged('bpm', 20, 300),
  ranged('not_bpm', 20, 300),
  ranged('energy', 0, 1),
  ranged('not_energy', 0, 1),
  ranged('valence', 0, 1),
  z.strictObject({ kind: z.literal('mood'), anyOf: moods }).readonly(),
  z.strictObject({ kind: z.literal('not_mood'), noneOf: moods }).readonly(),
  withNames('artist_only'),
  withNames('not_artist'),
  z.strictObject({ kind: z.literal('no_version'), versions }).readonly(),
  z.strictObject({ kind: z.literal('only_version'), versions }).readonly(),
  plain('clean'),
  plain('unheard'),
  plain('new_artists'),
  plain('heard'),
] as const;

/** Kinds that the playlist has to meet as a whole. */
const LIST_SCHEMAS = [
  withNames('artist_like'),
  z
    .strictObject({
      kind: z.literal('tracks'),
      min: z.number().int().nonnegative(),
      max: z.number().int().positive(),
    })
    .readonly()
    .refine(({ min, max }) => min <= max, 'has min above max'),
  z
    .strictObject({
      kind: z.literal('minutes'),
      count: z.number().positive(),
      tolerance: z.number().nonnegative(),
    })
    .readonly(),
  z.strictObject({ kind: z.literal('arc'), arc: z.enum(ENERGY_ARCS) }).readonly(),
  plain('less_popular'),
  plain('more_popular'),
  // Any of these words in what the answer tells; none: anything told will do.
  z.strictObject({ kind: z.literal('reported'), what: z.array(z.string().min(1)).readonly() }).readonly(),
] as const;

const trackConstraint = z.discriminatedUnion('kind', TRACK_SCHEMAS);
const simpleConstraint = z.discriminatedUnion('kind', [...TRACK_SCHEMAS, ...LIST_SCHEMAS]);
/** One of several is enough: where a reasonable listener accepts more than one way to read the words. */
const either = z
  .strictObject({ kind: z.literal('either'), of: z.array(simpleConstraint).min(2).readonly() })
  .readonly();

export const constraintSchema = z.union([simpleConstraint, either]);

export type TrackConstraint = z.infer<typeof trackConstraint>;
export type SimpleConstraint = z.infer<typeof simpleConstraint>;
export type Constraint = z.infer<typeof constraintSchema>;
export type ConstraintKind = Constraint['kind'];

const kindsOf = (schemas: readonly z.ZodType[]): string[] =>
  schemas.map((schema) => {
    const inner = schema instanceof z.ZodReadonly ? (schema.unwrap() as z.ZodType) : schema;
    return String((inner as z.ZodObject<{ kind: z.ZodLiteral<string> }>).shape.kind.value);
  });

export const TRACK_KINDS: readonly string[] = kindsOf(TRACK_SCHEMAS);
export const CONSTRAINT_KINDS: readonly string[] = [...TRACK_KINDS, ...kindsOf(LIST_SCHEMAS), 'either'];

/** True for constraints that every single track has to meet. */
export function isTrackConstraint(constraint: Constraint): constraint is TrackConstraint {
  return TRACK_KINDS.includes(constraint.kind);
}
