import type { ColumnBlock } from './columns.ts';

const encoder = new TextEncoder();
/** UTF-8 needs at most three bytes for each UTF-16 unit. */
const mostBytesPerUnit = 3;
const expectedBytesPerText = 16;

/** Gathers the texts of a column, row by row. */
export class TextBlockWriter {
  readonly #ends: Uint32Array;
  #bytes: Uint8Array;
  #row = 0;
  #length = 0;

  constructor(rowCount: number) {
    this.#ends = new Uint32Array(rowCount);
    this.#bytes = new Uint8Array(rowCount * expectedBytesPerText);
  }

  addText(text: string): void {
    this.#reserve(text.length * mostBytesPerUnit);
    this.#end(encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written);
  }

  /** A text that `bytes[from..to)` writes in UTF-8. */
  addBytes(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    const [into, length] = [this.#bytes, this.#length];
    for (let at = from; at < to; at++) into[length + at - from] = bytes[at];
    this.#end(to - from);
  }

  finish(): ColumnBlock {
    return { kind: 'text', bytes: this.#bytes.slice(0, this.#length), ends: this.#ends };
  }

  #end(added: number): void {
    this.#length += added;
    this.#ends[this.#row++] = this.#length;
  }

  #reserve(added: number): void {
    const needed = this.#length + added;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
