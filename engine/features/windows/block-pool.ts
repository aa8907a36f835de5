const smallestCapacity = 4;
const classes = 48;

/**
 * Blocks of records (each `stride` doubles) cut from one growing array. Capacities are powers of two times 4; freed
 * blocks are used again. A block is named by the index of its first double in `data`, which moves when it grows.
 */
export class BlockPool {
  readonly stride: number;
  data: Float64Array;
  #used = 0;
  readonly #free: number[] = new Array<number>(classes).fill(-1);

  constructor(stride: number) {
    this.stride = stride;
    this.data = new Float64Array(1024 * stride);
  }

  /** A block of `smallestCapacity * 2^sizeClass` records with unspecified contents. */
  allocate(sizeClass: number): number {
    const freed = this.#free[sizeClass];
    if (freed >= 0) {
      this.#free[sizeClass] = this.data[freed];
      return freed;
    }
    const block = this.#used;
    this.#used += capacityOf(sizeClass) * this.stride;
    if (this.#used > this.data.length) {
      const grown = new Float64Array(Math.max(this.#used, Math.ceil(this.data.length * 1.5)));
      grown.set(this.data);
      this.data = grown;
    }
    return block;
  }

  release(block: number, sizeClass: number): void {
    this.data[block] = this.#free[sizeClass];
    this.#free[sizeClass] = block;
  }
}

/** Looked up: asked of every event of every history, where a power takes as long as the rest of the question. */
const capacities = Float64Array.from({ length: classes }, (_, sizeClass) => smallestCapacity * 2 ** sizeClass);

/** Records in a block of a size class. */
export function capacityOf(sizeClass: number): number {
  return capacities[sizeClass];
}
