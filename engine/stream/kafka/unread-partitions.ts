/** A partition's first offset still there, and the one after its last. */
export interface Watermarks {
  readonly low: number;
  readonly high: number;
}

/**
 * Tells by state alone which partitions have messages that nobody fetches: the broker has more than was read, and reading does
 * not move. Why is not asked: another member of the group may hold them, or the client may have lost sight of them.
 */
export class UnreadPartitions {
  readonly #standing = new Map<number, { readonly offset: number; readonly sinceMs: number }>();

  /** For when it is not known what went on: waiting begins with the next look. */
  forget(): void {
    this.#standing.clear();
  }

  /**
   * To be asked each time when the broker has said what it has.
   * @param readTo the next offset of each partition, as far as it was read
   * @param nowMs by a clock that does not go back
   * @returns since when each partition that has more stands still
   */
  look(
    marks: ReadonlyMap<number, Watermarks>,
    readTo: ReadonlyMap<number, number>,
    nowMs: number,
  ): ReadonlyMap<number, number> {
    for (const [partition, { low, high }] of marks) {
      const offset = Math.max(low, readTo.get(partition) ?? 0);
      if (high <= offset) this.#standing.delete(partition);
      else if (this.#standing.get(partition)?.offset !== offset)
        this.#standing.set(partition, { offset, sinceMs: nowMs });
    }
    return new Map([...this.#standing].map(([partition, { sinceMs }]) => [partition, sinceMs]));
  }
}
