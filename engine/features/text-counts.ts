/** So many different texts are counted at once; of more of them the texts are asked for anew. */
const countedAtOnce = 64;

/**
 * The different texts of a column with how often each occurs, counted no further than somebody asks: of measurements nearly
 * every text is another one, and nobody needs to know how many there are.
 */
export class TextCounts {
  readonly #readTexts: () => Iterable<string>;
  readonly #counts = new Map<string, number>();
  #counted = 0;
  #isComplete = true;

  /** @param readTexts reads the texts, the same at each call; none is kept but the different ones that were counted */
  constructor(readTexts: () => Iterable<string>) {
    this.#readTexts = readTexts;
    for (const text of readTexts()) {
      if (this.#counts.size > countedAtOnce) {
        this.#isComplete = false;
        break;
      }
      this.#count(text);
    }
  }

  /** True where there are more than `count` different texts. */
  hasMoreThan(count: number): boolean {
    return (this.#counts.size > count ? this.#counts : this.#all()).size > count;
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
    if (!this.#isComplete) {
      let place = 0;
      const counted = this.#counted;
      for (const text of this.#readTexts()) if (++place > counted) this.#count(text);
      this.#isComplete = true;
    }
    return this.#counts;
  }

  #count(text: string): void {
    this.#counted += 1;
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }
}
