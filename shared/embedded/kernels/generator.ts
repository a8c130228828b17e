/** What a pool's generators keep while scores of one listener add up. */

/** Compressed sparse rows from ids (1-based) to columns. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly ids: Int32Array;
  readonly scores: Float64Array;
}

/** One generator's scores over all ids, cleared by walking what it touched. */
export class Generator {
  readonly scores: Float64Array;
  readonly touched: Int32Array;
  count = 0;
  max = 1;

  constructor(size: number) {
    this.scores = new Float64Array(size);
    this.touched = new Int32Array(size);
  }

  /** Adds a contribution; scores are kept one higher than they are, so that 0 means never proposed. */
  add(id: number, score: number): void {
    const before = this.scores[id]!;
    if (before === 0) {
      this.touched[this.count++] = id;
      this.scores[id] = 1 + score;
    } else {
      this.scores[id] = before + score;
    }
  }

  /** Adds a row of ids with their scores times `taste`. The one loop everything else waits for. */
  addRow(rows: SparseRows, row: number, taste: number): void {
    const { scores, touched } = this;
    let count = this.count;
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) {
      const id = rows.ids[at]!;
      const before = scores[id]!;
      if (before === 0) touched[count++] = id;
      scores[id] = (before === 0 ? 1 : before) + taste * rows.scores[at]!;
    }
    this.count = count;
  }

  has(id: number): boolean {
    return this.scores[id] !== 0;
  }

  /** Score scaled to a million for the best, 0 where it was not proposed. */
  scaled(id: number): number {
    const score = this.scores[id]!;
    return score === 0 ? 0 : Math.round(((score - 1) * 1_000_000) / this.max);
  }

  clear(): void {
    for (let at = 0; at < this.count; at++) this.scores[this.touched[at]!] = 0;
    this.count = 0;
    this.max = 1;
  }
}

/**
 * Which seed contributed most to each of a few chosen ids; of equal ones the first offered. Kept for the chosen
 * alone and found in a second pass: to keep it for every id while scores add up costs more than that pass.
 */
export class StrongestSeeds {
  /** Place among the chosen plus one, 0 for all others. */
  readonly #places: Uint16Array;
  readonly #scores: Float64Array;
  readonly #seeds: Int32Array;

  constructor(size: number, most: number) {
    this.#places = new Uint16Array(size);
    this.#scores = new Float64Array(most + 1);
    this.#seeds = new Int32Array(most + 1);
  }

  /** Chooses; call with 0 for each id again when done. */
  choose(ids: Int32Array, chosen: boolean): void {
    for (let at = 0; at < ids.length; at++) this.#places[ids[at]!] = chosen ? at + 1 : 0;
    this.#scores.fill(-1);
  }

  /** Offers a row of ids with their scores times `taste` as contributions of one seed. */
  offerRow(rows: SparseRows, row: number, taste: number, seed: number): void {
    const places = this.#places;
    const scores = this.#scores;
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) {
      const place = places[rows.ids[at]!]!;
      if (place === 0) continue;
      const score = taste * rows.scores[at]!;
      if (score <= scores[place]!) continue;
      scores[place] = score;
      this.#seeds[place] = seed;
    }
  }

  of(id: number): number {
    return this.#seeds[this.#places[id]!]!;
  }
}
