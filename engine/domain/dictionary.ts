import type { Dictionary } from './columns.ts';
import { impossible } from './error.ts';

/** A dictionary in memory. Entries are only ever added, so that a code keeps its text for the life of a case. */
export class TextDictionary implements Dictionary {
  readonly #texts: string[] = [];
  readonly #codes = new Map<string, number>();

  /** Starts from texts in code order; a text that occurs twice is a broken dictionary and throws. */
  constructor(texts: Iterable<string> = []) {
    for (const text of texts) {
      if (this.#codes.has(text)) impossible(`the dictionary text ${JSON.stringify(text)} has two codes`);
      this.codeOf(text);
    }
  }

  get size(): number {
    return this.#texts.length;
  }

  codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.length;
    this.#texts.push(text);
    this.#codes.set(text, code);
    return code;
  }

  find(text: string): number {
    return this.#codes.get(text) ?? -1;
  }

  textOf(code: number): string {
    return this.#texts[code] ?? impossible(`code ${code} is outside a dictionary of ${this.#texts.length} texts`);
  }

  /** The texts with code `firstCode` and above, in code order: what was added since the size was `firstCode`. */
  textsFrom(firstCode: number): readonly string[] {
    return this.#texts.slice(firstCode);
  }
}
