/** Keeps the best n ids by score (higher first, then smaller id) in a binary heap whose root is the worst kept. */
export class Best {
  readonly #limit: number;
  readonly #ids: Int32Array;
  readonly #scores: Float64Array;
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#ids = new Int32Array(limit);
    this.#scores = new Float64Array(limit);
  }

  clear(): void {
    this.#size = 0;
  }

  /** Scores below it are not kept any more; minus infinity while there is room. */
  get threshold(): number {
    return this.#size < this.#limit ? Number.NEGATIVE_INFINITY : this.#scores[0]!;
  }

  /** Offers an id once. */
  offer(id: number, score: number): void {
    if (this.#size < this.#limit) {
      let at = this.#size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!this.#worse(id, score, parent)) break;
        this.#move(parent, at);
        at = parent;
      }
      this.#place(at, id, score);
    } else if (this.#limit > 0 && !this.#worse(id, score, 0)) {
      this.#sink(0, id, score);
    }
  }

  /** Takes everything out, best first. */
  drain(): { ids: Int32Array; scores: Float64Array } {
    const ids = new Int32Array(this.#size);
    const scores = new Float64Array(this.#size);
    for (let place = this.#size - 1; place >= 0; place--) {
      ids[place] = this.#ids[0] ?? 0;
      scores[place] = this.#scores[0] ?? 0;
      this.#size -= 1;
      this.#sink(0, this.#ids[this.#size] ?? 0, this.#scores[this.#size] ?? 0);
    }
    this.#size = 0;
    return { ids, scores };
  }

  /** True when (id, score) ranks below what stands at `at`. */
  #worse(id: number, score: number, at: number): boolean {
    const other = this.#scores[at] ?? 0;
    return score < other || (score === other && id > (this.#ids[at] ?? 0));
  }

  #sink(start: number, id: number, score: number): void {
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#worse(this.#ids[right] ?? 0, this.#scores[right] ?? 0, child))
        child = right;
      if (this.#worse(id, score, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#place(at, id, score);
  }

  #move(from: number, to: number): void {
    this.#ids[to] = this.#ids[from] ?? 0;
    this.#scores[to] = this.#scores[from] ?? 0;
  }

  #place(at: number, id: number, score: number): void {
    this.#ids[at] = id;
    this.#scores[at] = score;
  }
}
