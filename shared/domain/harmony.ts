/** How well one track follows another by key, tempo and energy (algorithms: BPM and key). */

/** Neutral score wherever an attribute is unknown: neither rewarded nor punished. */
export const UNKNOWN_SCORE = 0.5;
/** Width of the tempo score, in octaves of tempo. */
export const TEMPO_WIDTH = 0.07;
/** What half or double time costs. */
export const FOLDED_TEMPO_PENALTY = 0.05;
/** Largest tempo distance of a mixed transition: 6%, log2(1.06) ≈ .084. */
export const MAX_MIXED_DISTANCE = 0.084;

/** Shares of a transition's score; they sum to 1. */
export interface TransitionWeights {
  readonly tempo: number;
  readonly key: number;
  readonly energy: number;
}
export const TRANSITION_WEIGHTS: TransitionWeights = { tempo: 0.45, key: 0.35, energy: 0.2 };

/** A place on the Camelot wheel: 1–12, A minor, B major. */
export interface CamelotKey {
  readonly number: number;
  readonly letter: 'A' | 'B';
}

/** What a transition looks at. Tempo in BPM (null or 0: unknown), key 0–11 (null or −1: unknown), energy 0–1. */
export interface TrackSound {
  readonly tempo: number | null;
  readonly key: number | null;
  readonly mode: number | null;
  readonly energy: number | null;
}

const isKey = (key: number | null): key is number =>
  key !== null && Number.isInteger(key) && key >= 0 && key <= 11;

/** Camelot key of a pitch class (0 = C) and mode (1 = major, 0 = minor); null unless both are known. */
export function camelot(pitchClass: number | null, mode: number | null): CamelotKey | null {
  if (!isKey(pitchClass)) return null;
  if (mode !== 0 && mode !== 1) return null;
  const major = mode === 1 ? pitchClass : (pitchClass + 3) % 12;
  return { number: ((((7 * major) % 12) + 7) % 12) + 1, letter: mode === 1 ? 'B' : 'A' };
}

/** `8A`. */
export function camelotLabel(key: CamelotKey): string {
  return `${key.number}${key.letter}`;
}

/** Score of going from source to target, 0.1 to 1, by the first rule that matches; .5 where either is unknown. */
export function keyScore(source: CamelotKey | null, target: CamelotKey | null): number {
  if (source === null || target === null) return UNKNOWN_SCORE;
  /** Steps clockwise, 0 to 11; 11 is one step back. */
  const delta = (target.number - source.number + 12) % 12;
  const distance = Math.min(delta, 12 - delta);
  const sameLetter = source.letter === target.letter;
  const toMajor = !sameLetter && target.letter === 'B';
  const toMinor = !sameLetter && target.letter === 'A';
  if (distance === 0) return sameLetter ? 1 : 0.9;
  if (distance === 1 && sameLetter) return 0.9;
  if ((delta === 11 && toMajor) || (delta === 1 && toMinor)) return 0.8;
  if (distance === 1) return 0.7;
  if (distance === 2 && sameLetter) return 0.6;
  if ((delta === 3 && toMajor) || (delta === 9 && toMinor)) return 0.4;
  if (distance === 5 && sameLetter) return 0.3;
  return 0.1;
}

const isTempo = (tempo: number | null): tempo is number =>
  tempo !== null && tempo > 0 && Number.isFinite(tempo);

/** Octaves between two tempi, the slower first, so that swapping them cannot change a bit of the result. */
function octaves(a: number, b: number): number {
  return Math.log2(Math.max(a, b) / Math.min(a, b));
}

/**
 * `min(|x|, |x−1|, |x+1|)`, x = log2(b/a): octaves of tempo apart, half and double time being near.
 * Null where a tempo is unknown (null, 0).
 */
export function tempoDistance(a: number | null, b: number | null): number | null {
  if (!isTempo(a) || !isTempo(b)) return null;
  const x = octaves(a, b);
  return Math.min(x, Math.abs(x - 1));
}

/** `exp(−½(d/0.07)²)`, less .05 where half or double time was the nearer, floored at 0; .5 where unknown. */
export function tempoScore(a: number | null, b: number | null): number {
  if (!isTempo(a) || !isTempo(b)) return UNKNOWN_SCORE;
  const x = octaves(a, b);
  const folded = Math.abs(x - 1) < x;
  const d = folded ? Math.abs(x - 1) : x;
  const score = Math.exp(-0.5 * (d / TEMPO_WIDTH) ** 2);
  return folded ? Math.max(0, score - FOLDED_TEMPO_PENALTY) : score;
}

/** True where two known tempi are near enough (6%, half and double time included) to be mixed. */
export function canMix(a: number | null, b: number | null): boolean {
  const distance = tempoDistance(a, b);
  return distance !== null && distance <= MAX_MIXED_DISTANCE;
}

/** Keys and modes as one number, the last of them unknown. */
const UNKNOWN_KEY = 24;
const keyNumber = (key: number | null, mode: number | null): number =>
  isKey(key) && (mode === 0 || mode === 1) ? 12 * mode + key : UNKNOWN_KEY;
/** keyScore of every pair, looked up: transitions are scored by the hundred thousand. */
let keyScores: Float64Array | undefined;

function keyScoresByNumber(): Float64Array {
  if (keyScores !== undefined) return keyScores;
  const span = UNKNOWN_KEY + 1;
  const keyOf = (number: number) =>
    number === UNKNOWN_KEY ? null : camelot(number % 12, number < 12 ? 0 : 1);
  keyScores = Float64Array.from({ length: span * span }, (_, at) =>
    keyScore(keyOf(Math.floor(at / span)), keyOf(at % span)),
  );
  return keyScores;
}

/**
 * `T = .45·tempo + .35·key + .20·(1−|Δenergy|)`, 0 to 1; an unknown attribute scores .5 in its own share, so that
 * two tracks of which nothing is known score .5.
 */
export function transitionScore(
  from: TrackSound,
  to: TrackSound,
  weights: TransitionWeights = TRANSITION_WEIGHTS,
): number {
  const energy =
    from.energy === null || to.energy === null ? UNKNOWN_SCORE : 1 - Math.abs(to.energy - from.energy);
  return (
    weights.tempo * tempoScore(from.tempo, to.tempo) +
    weights.key *
      (keyScoresByNumber()[keyNumber(from.key, from.mode) * (UNKNOWN_KEY + 1) + keyNumber(to.key, to.mode)] ??
        UNKNOWN_SCORE) +
    weights.energy * energy
  );
}
