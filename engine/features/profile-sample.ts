import type { PlainNumbers } from '../domain/plain-numbers.ts';
import type { RecordBatch, RecordingReader, RecordTexts } from '../domain/record-batch.ts';

/** Rows looked at to infer a profile, unless told otherwise. */
export const defaultSampleRows = 20_000;
/** Of more than fifty columns fewer rows are looked at: neither memory nor the time to infer grows with them. */
const mostSampleCells = 1 << 20;

/** The first rows of a stream as texts, column by column. */
export interface ProfileSample {
  readonly columnNames: readonly string[];
  readonly rowCount: number;
  /** The texts of a column by row, undefined where they are missing. They are made at each call: no sample holds all of them. */
  texts(column: number): readonly (string | undefined)[];
  /** The texts that are not missing, in order, each made when it is asked for. */
  presentTexts(column: number): Iterable<string>;
  /** As that of `RecordTexts`. */
  plainNumbers(column: number): PlainNumbers | undefined;
  /** Of a delimited file: it tells how its people write numbers and dates. */
  readonly delimiter?: string;
}

/** Gathers a profile sample batch by batch; columns that appear later (JSON) are missing in the rows before. */
export class SampleCollector {
  readonly #rowLimit: number;
  readonly #parts: RecordTexts[] = [];
  readonly #columnNames = new Set<string>();
  #rowCount = 0;

  constructor(rowLimit: number = defaultSampleRows) {
    this.#rowLimit = rowLimit;
  }

  get full(): boolean {
    return this.#rowCount >= this.#rowLimit || this.#rowCount * this.#columnNames.size >= mostSampleCells;
  }

  add(batch: RecordBatch): void {
    const taken = Math.min(batch.rowCount, this.#rowLimit - this.#rowCount);
    for (const name of batch.columnNames) this.#columnNames.add(name);
    this.#parts.push(batch.keepTexts?.(taken) ?? textsOf(batch, taken));
    this.#rowCount += taken;
  }

  finish(): ProfileSample {
    const columnNames = [...this.#columnNames];
    const parts = [...this.#parts];
    const rowCount = this.#rowCount;
    const places = columnNames.map((name) => parts.map((part) => part.columnNames.indexOf(name)));
    const texts = (column: number): readonly (string | undefined)[] => {
      const cells = new Array<string | undefined>(rowCount).fill(undefined);
      let first = 0;
      parts.forEach((part, index) => {
        const place = places[column][index];
        if (place >= 0) for (let row = 0; row < part.rowCount; row++) cells[first + row] = part.text(row, place);
        first += part.rowCount;
      });
      return cells;
    };
    function* presentTexts(column: number): Iterable<string> {
      for (const [index, part] of parts.entries()) {
        const place = places[column][index];
        for (let row = 0; place >= 0 && row < part.rowCount; row++) {
          const text = part.text(row, place);
          if (text !== undefined) yield text;
        }
      }
    }
    const plainNumbers = (column: number): PlainNumbers | undefined => {
      const pieces: PlainNumbers[] = [];
      for (const [index, part] of parts.entries()) {
        const place = places[column][index];
        const piece = place < 0 ? noNumbers : part.plainNumbers?.(place);
        if (piece === undefined) return undefined;
        pieces.push(piece);
      }
      return joinNumbers(pieces);
    };
    return { columnNames, rowCount, texts, presentTexts, plainNumbers };
  }
}

const noNumbers: PlainNumbers = { values: new Float64Array(0), marks: 0 };

function joinNumbers(pieces: readonly PlainNumbers[]): PlainNumbers {
  const values = new Float64Array(pieces.reduce((sum, piece) => sum + piece.values.length, 0));
  let filled = 0;
  let marks = 0;
  for (const piece of pieces) {
    values.set(piece.values, filled);
    filled += piece.values.length;
    marks |= piece.marks;
  }
  return { values, marks };
}

/** The texts of a batch's first rows, made now. */
function textsOf(batch: RecordBatch, rows: number): RecordTexts {
  const columns = batch.columnNames.map((_name, column) =>
    Array.from({ length: rows }, (_row, row) => batch.text(row, column)),
  );
  return { rowCount: rows, columnNames: batch.columnNames, text: (row, column) => columns[column][row] };
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
  const { columnNames, rowCount } = sample;
  const lacking = names.filter((name) => !columnNames.includes(name));
  return {
    ...sample,
    columnNames: [...columnNames, ...lacking],
    texts: (column) =>
      column < columnNames.length ? sample.texts(column) : new Array<undefined>(rowCount).fill(undefined),
    presentTexts: (column) => (column < columnNames.length ? sample.presentTexts(column) : []),
    plainNumbers: (column) => (column < columnNames.length ? sample.plainNumbers(column) : undefined),
  };
}
