import type { ColumnBlock } from '../domain/columns.ts';
import type { TextSink } from '../domain/record-batch.ts';

const encoder = new TextEncoder();
/** UTF-8 needs at most three bytes for each UTF-16 unit. */
const mostBytesPerUnit = 3;
const expectedBytesPerText = 16;
const mostDigits = 16;
const zeroDigit = 0x30;

/** Writes a whole number from 0 to 2^53 - 1 in decimal digits at `at`, and returns their end. */
export function writeDigits(value: number, bytes: Uint8Array, at: number): number {
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
  let rest = value;
  for (let index = end - 1; index >= at; index--) {
    const quotient = Math.floor(rest / 10);
    bytes[index] = zeroDigit + (rest - quotient * 10);
    rest = quotient;
  }
  return end;
}

/** Gathers the texts of a column, row by row. */
export class TextBlockWriter implements TextSink {
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

  addBytes(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    const [into, length] = [this.#bytes, this.#length];
    for (let at = from; at < to; at++) into[length + at - from] = bytes[at];
    this.#end(to - from);
  }

  addInteger(value: number): void {
    this.#reserve(mostDigits);
    this.#end(writeDigits(value, this.#bytes, this.#length) - this.#length);
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
