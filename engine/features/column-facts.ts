import { columnWords } from './column-words.ts';
import { inferNumberFormat } from './infer-number-format.ts';
import type { NumberFinding } from './infer-number-format.ts';
import { inferTimeFormat } from './infer-time-format.ts';
import type { TimeFinding } from './infer-time-format.ts';
import type { ProfileSample } from './profile-sample.ts';

/** What the sampled cells of one column say, before anything is concluded from its name. */
export interface ColumnFacts {
  readonly name: string;
  readonly words: readonly string[];
  /** `cells[row]`; undefined is missing. */
  readonly cells: readonly (string | undefined)[];
  readonly present: readonly string[];
  /** Distinct texts with how often each occurs. */
  readonly counts: ReadonlyMap<string, number>;
  readonly numbers: NumberFinding | undefined;
  readonly times: TimeFinding | undefined;
  /** Only digits in every cell, so that the text may be a code as well as a magnitude. */
  readonly digitsOnly: boolean;
  /** Digits with a leading zero, or more of them than a number holds: codes, not magnitudes. */
  readonly digitCodes: boolean;
}

const digits = /^\d+$/;

function factsOf(name: string, cells: readonly (string | undefined)[]): ColumnFacts {
  const present = cells.filter((cell) => cell !== undefined);
  const counts = new Map<string, number>();
  for (const text of present) counts.set(text, (counts.get(text) ?? 0) + 1);
  const digitsOnly = present.length > 0 && present.every((text) => digits.test(text));
  const numbers = inferNumberFormat(present);
  return {
    name,
    words: columnWords(name),
    cells,
    present,
    counts,
    numbers,
    times: numbers === undefined ? inferTimeFormat(present) : undefined,
    digitsOnly,
    digitCodes: digitsOnly && present.some((text) => (text.length > 1 && text.startsWith('0')) || text.length > 15),
  };
}

/** The facts of every column of a sample, in order. */
export function columnFacts(sample: ProfileSample): readonly ColumnFacts[] {
  return sample.columnNames.map((name, column) => factsOf(name, sample.cells[column]));
}

/** Share of the present cells that differ from all others, at most 1; 0 where nothing is present. */
export function distinctShare(facts: ColumnFacts): number {
  return facts.present.length === 0 ? 0 : facts.counts.size / facts.present.length;
}

/** True where the column's numbers are whole. */
export function isWhole(facts: ColumnFacts): boolean {
  return (
    facts.numbers !== undefined && facts.numbers.values.every((value) => Number.isNaN(value) || Number.isInteger(value))
  );
}

/** True where the numbers never fall from one row to the next, apart from the given share of the steps. */
export function isRising(values: Float64Array, toleratedShare: number): boolean {
  let falls = 0;
  for (let index = 1; index < values.length; index++) if (values[index] < values[index - 1]) falls += 1;
  return falls <= toleratedShare * Math.max(1, values.length - 1);
}
