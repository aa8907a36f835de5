import type { RecordBatch, RecordingReader } from '../domain/record-batch.ts';

/** Rows looked at to infer a profile, unless told otherwise. */
export const defaultSampleRows = 20_000;
/** Of more than fifty columns fewer rows are looked at: neither memory nor the time to infer grows with them. */
const mostSampleCells = 1 << 20;

/** The first rows of a stream as texts, column by column. */
export interface ProfileSample {
  readonly columnNames: readonly string[];
  readonly rowCount: number;
  /** `cells[column][row]`; undefined is missing. */
  readonly cells: readonly (readonly (string | undefined)[])[];
  /** Of a delimited file: it tells how its people write numbers and dates. */
  readonly delimiter?: string;
}

/** Gathers a profile sample batch by batch; columns that appear later (JSON) are missing in the rows before. */
export class SampleCollector {
  readonly #rowLimit: number;
  readonly #cells = new Map<string, (string | undefined)[]>();
  #rowCount = 0;

  constructor(rowLimit: number = defaultSampleRows) {
    this.#rowLimit = rowLimit;
  }

  get full(): boolean {
    return this.#rowCount >= this.#rowLimit || this.#rowCount * this.#cells.size >= mostSampleCells;
  }

  add(batch: RecordBatch): void {
    const taken = Math.min(batch.rowCount, this.#rowLimit - this.#rowCount);
    batch.columnNames.forEach((name, column) => {
      let cells = this.#cells.get(name);
      if (cells === undefined) {
        cells = [];
        this.#cells.set(name, cells);
      }
      while (cells.length < this.#rowCount) cells.push(undefined);
      for (let row = 0; row < taken; row++) cells.push(batch.text(row, column));
    });
    this.#rowCount += taken;
  }

  finish(): ProfileSample {
    for (const cells of this.#cells.values()) while (cells.length < this.#rowCount) cells.push(undefined);
    return { columnNames: [...this.#cells.keys()], rowCount: this.#rowCount, cells: [...this.#cells.values()] };
  }
}

/** A recording, or rows of one that are read again. */
interface RecordsToSample extends Pick<RecordingReader, 'format'> {
  batches(): AsyncIterable<RecordBatch> | Iterable<RecordBatch>;
}

/** The sample of the first `rowLimit` rows of a recording; reading stops once it is full. */
export async function sampleOfRecording(
  reader: RecordsToSample,
  rowLimit: number = defaultSampleRows,
): Promise<ProfileSample> {
  const sample = await sampleFromBatches(reader.batches(), rowLimit);
  const { delimiter } = reader.format;
  return delimiter === undefined ? sample : { ...sample, delimiter };
}

/** The sample of the first `rowLimit` rows; reading stops once it is full. */
export async function sampleFromBatches(
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  rowLimit: number = defaultSampleRows,
): Promise<ProfileSample> {
  const collector = new SampleCollector(rowLimit);
  for await (const batch of batches) {
    collector.add(batch);
    if (collector.full) break;
  }
  return collector.finish();
}

/** A sample with all of these columns: a key of JSON may be in none of its rows. */
export function withColumns(sample: ProfileSample, names: readonly string[]): ProfileSample {
  const lacking = names.filter((name) => !sample.columnNames.includes(name));
  return {
    ...sample,
    columnNames: [...sample.columnNames, ...lacking],
    cells: [...sample.cells, ...lacking.map(() => new Array<undefined>(sample.rowCount).fill(undefined))],
  };
}
