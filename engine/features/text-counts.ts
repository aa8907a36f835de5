/**
 * The different texts of a column with how often each occurs, counted no further than somebody asks: of measurements nearly
 * every text is another one, and nobody needs to know how many there are.
 */
export class TextCounts {
  readonly #texts: readonly string[];
  readonly #counts = new Map<string, number>();
  #counted = 0;

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  /** True where there are more than `count` different texts. */
  hasMoreThan(count: number): boolean {
    while (this.#counts.size <= count && this.#counted < this.#texts.length) this.#countNext();
    return this.#counts.size > count;
  }

  /** True where there are exactly `count` different texts. */
  hasExactly(count: number): boolean {
    return !this.hasMoreThan(count) && this.#counts.size === count;
  }

  /** Number of different texts. */
  get size(): number {
    return this.#all().size;
  }

  /** How often a text occurs; undefined where it does not. */
  get(text: string): number | undefined {
    return this.#all().get(text);
  }

  /** The different texts, in the order in which they occur first. */
  keys(): MapIterator<string> {
    return this.#all().keys();
  }

  /** How often each of them occurs, in the same order. */
  values(): MapIterator<number> {
    return this.#all().values();
  }

  #all(): ReadonlyMap<string, number> {
    while (this.#counted < this.#texts.length) this.#countNext();
    return this.#counts;
  }

  #countNext(): void {
    const text = this.#texts[this.#counted++];
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }
}
