/** Rows from place `firstSequence` on, up to the next run, have consecutive numbers from `firstNumber` on. */
export interface NumberedRun {
  readonly firstSequence: number;
  readonly firstNumber: number;
}

/**
 * The number of each row of a case, and the row of each number. A row's place among the rows there are moves when older
 * rows are taken away; its number never does, and no number is given twice. Both are the same until then.
 */
export class RowNumbers {
  readonly runs: readonly NumberedRun[];

  /** @param runs ascending; those of no row taken away may be left out */
  constructor(runs: readonly NumberedRun[]) {
    this.runs = runs.length === 0 ? [{ firstSequence: 0, firstNumber: 0 }] : runs;
  }

  /** Rows that were taken away; it only grows. */
  get removed(): number {
    const last = this.runs[this.runs.length - 1];
    return last.firstNumber - last.firstSequence;
  }

  numberOf(sequence: number): number {
    const run = this.runs[lastAtMost(this.runs, 'firstSequence', sequence)];
    return run.firstNumber + (sequence - run.firstSequence);
  }

  /** The row with a number, or -1 where it was taken away. It may lie beyond the rows that have come. */
  sequenceOf(number: number): number {
    const index = lastAtMost(this.runs, 'firstNumber', number);
    if (index < 0) return -1;
    const { firstSequence, firstNumber } = this.runs[index];
    const sequence = firstSequence + (number - firstNumber);
    return index + 1 < this.runs.length && sequence >= this.runs[index + 1].firstSequence ? -1 : sequence;
  }

  /** The first row with this number or a higher one. */
  sequenceFrom(number: number): number {
    const sequence = this.sequenceOf(number);
    if (sequence >= 0) return sequence;
    return this.runs[lastAtMost(this.runs, 'firstNumber', number) + 1].firstSequence;
  }

  /**
   * The numbers of the rows that stay.
   * @param staying of the rows before `end` those that stay, ascending; all from `end` on stay
   */
  without(end: number, staying: Uint32Array): RowNumbers {
    const runs: { firstSequence: number; firstNumber: number }[] = [];
    const add = (firstSequence: number, firstNumber: number): void => {
      const last = runs.at(-1);
      if (last === undefined || firstNumber - last.firstNumber !== firstSequence - last.firstSequence)
        runs.push({ firstSequence, firstNumber });
    };
    staying.forEach((sequence, place) => add(place, this.numberOf(sequence)));
    const shift = end - staying.length;
    add(staying.length, this.numberOf(end));
    for (const { firstSequence, firstNumber } of this.runs)
      if (firstSequence > end) add(firstSequence - shift, firstNumber);
    return new RowNumbers(runs);
  }
}

/** The index of the last run that begins at `value` or before; -1 where none does. */
function lastAtMost(runs: readonly NumberedRun[], by: keyof NumberedRun, value: number): number {
  let low = -1;
  let high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (runs[middle][by] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
