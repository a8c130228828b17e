/** Texts written as UTF-8 bytes: millions of lines cost a fraction of what strings would. */

/** Texts back to back: text i is bytes[offsets[i] … offsets[i+1]). */
export interface PackedTexts {
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

/** Packs texts into memory that threads share. */
export function packTexts(texts: readonly string[]): PackedTexts {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const total = encoded.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(total));
  const offsets = new Int32Array(new SharedArrayBuffer((texts.length + 1) * 4));
  let at = 0;
  for (const [index, text] of encoded.entries()) {
    bytes.set(text, at);
    at += text.length;
    offsets[index + 1] = at;
  }
  return { bytes, offsets };
}

/** Grows as it is written to. */
export class TextWriter {
  #bytes = new Uint8Array(1 << 20);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  /** Makes room for `count` more bytes; every write below needs it to have been made. */
  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** One ASCII character by its code. */
  code(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = code;
  }

  /** Text `index` of `texts`. */
  packed(texts: PackedTexts, index: number): void {
    const start = texts.offsets[index]!;
    const end = texts.offsets[index + 1]!;
    this.#reserve(end - start);
    const { bytes } = texts;
    const target = this.#bytes;
    let at = this.#at;
    // A loop: for some forty bytes it is faster than making a view and copying it.
    for (let from = start; from < end; from++) target[at++] = bytes[from]!;
    this.#at = at;
  }

  /** A whole number, 0 or more, in decimal. */
  integer(value: number): void {
    this.#reserve(16);
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits += 1;
    let rest = value;
    for (let place = digits - 1; place >= 0; place--) {
      const next = Math.floor(rest / 10);
      this.#bytes[this.#at + place] = 48 + (rest - next * 10);
      rest = next;
    }
    this.#at += digits;
  }

  /** A copy of everything written; the writer starts over. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return taken;
  }
}
