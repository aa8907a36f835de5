import type { Dictionary } from '../../domain/columns.ts';
import type { PersonalKind } from '../../domain/personal.ts';
import type { Profile } from '../../domain/profile.ts';
import type {
  NumberFormat,
  RecordBatch,
  RecordingFormat,
  RecordingPosition,
  RejectedRecord,
} from '../../domain/record-batch.ts';
import { codesOfTexts } from '../../features/decode-segment.ts';
import { personalByName } from '../../features/personal-columns.ts';
import { personalTexts, type PersonalTexts } from '../../store/personal-texts.ts';
import { withReplacedCells } from '../../stream/replaced-cells.ts';

/** What happens to the cells of a column: nothing of them stays, or a token of this kind. */
type Withheld = PersonalKind | 'nothing';

/** Takes texts of people out of batches before anything else sees them. */
export interface Withholding {
  /** The same batch without them: tokens in their place, in cells as in the bytes as received. */
  readonly take: (batch: RecordBatch, format: RecordingFormat) => RecordBatch;
  /** The texts behind the tokens given since the last call, sealed. */
  readonly newlySealed: PersonalTexts['newlySealed'];
}

/**
 * What a profile keeps back of the recordings read by it. Where it names no personal column, batches pass as they are, but for columns
 * that it does not know and whose name leaves no doubt.
 */
export function withholdingOf(profile: Profile): Withholding {
  const texts = personalTexts();
  const known = new Map<string, Withheld | undefined>(
    profile.columns.map(({ name, personal }) => {
      if (personal === undefined || personal.kept === 'clear') return [name, undefined];
      return [name, personal.kept === 'nothing' ? 'nothing' : personal.kind];
    }),
  );
  const hasPersonal = [...known.values()].some((withheld) => withheld !== undefined);
  const withheldOf = (name: string): Withheld | undefined => {
    if (!known.has(name)) known.set(name, personalByName(name) === undefined ? undefined : 'nothing');
    return known.get(name);
  };
  return {
    take: (batch, format) => {
      const withheld = batch.columnNames.map(withheldOf);
      return hasPersonal || withheld.some((each) => each !== undefined)
        ? new WithheldBatch(batch, format, withheld, texts)
        : batch;
    },
    newlySealed: () => texts.newlySealed(),
  };
}

class WithheldBatch implements RecordBatch {
  readonly rowCount: number;
  readonly columnNames: readonly string[];
  readonly bytes: Uint8Array;
  readonly rawStart: Uint32Array;
  readonly rawEnd: Uint32Array;
  readonly byteOffset: Float64Array;
  readonly line: Float64Array;
  readonly rejected: readonly RejectedRecord[];
  readonly next: RecordingPosition;
  readonly #batch: RecordBatch;
  readonly #withheld: readonly (Withheld | undefined)[];
  readonly #texts: PersonalTexts;

  constructor(
    batch: RecordBatch,
    format: RecordingFormat,
    withheld: readonly (Withheld | undefined)[],
    texts: PersonalTexts,
  ) {
    this.#batch = batch;
    this.#withheld = withheld;
    this.#texts = texts;
    this.rowCount = batch.rowCount;
    this.columnNames = batch.columnNames;
    this.byteOffset = batch.byteOffset;
    this.line = batch.line;
    this.next = batch.next;
    this.rejected = batch.rejected.map(withoutContent);
    const records = Array.from({ length: batch.rowCount }, (_, row) => this.#record(row, format));
    this.bytes = Buffer.concat(records);
    this.rawStart = new Uint32Array(batch.rowCount);
    this.rawEnd = new Uint32Array(batch.rowCount);
    let at = 0;
    records.forEach(({ byteLength }, row) => {
      this.rawStart[row] = at;
      at += byteLength;
      this.rawEnd[row] = at;
    });
  }

  text(row: number, column: number): string | undefined {
    const withheld = this.#withheld[column];
    if (withheld === 'nothing') return undefined;
    const text = this.#batch.text(row, column);
    return withheld === undefined || text === undefined ? text : this.#texts.tokenOf(withheld, text);
  }

  numbers(
    column: number,
    format: NumberFormat,
    out: Float64Array,
    sum?: Parameters<RecordBatch['numbers']>[3],
  ): readonly number[] {
    if (this.#withheld[column] === undefined) return this.#batch.numbers(column, format, out, sum);
    out.fill(Number.NaN, 0, this.rowCount);
    return [];
  }

  codes(column: number, dictionary: Dictionary, out: Int32Array): void {
    if (this.#withheld[column] === undefined && this.#batch.codes !== undefined)
      this.#batch.codes(column, dictionary, out);
    else codesOfTexts(this, column, dictionary, out);
  }

  #record(row: number, format: RecordingFormat): Uint8Array {
    const { bytes, rawStart, rawEnd } = this.#batch;
    const replacements = new Map<string, string | undefined>();
    this.#withheld.forEach((withheld, column) => {
      // A cell that is empty, absent or a word for a missing value tells nothing of anybody.
      if (withheld !== undefined && this.#batch.text(row, column) !== undefined)
        replacements.set(this.columnNames[column], this.text(row, column));
    });
    const record = bytes.subarray(rawStart[row], rawEnd[row]);
    return replacements.size === 0 ? record : withReplacedCells(record, format, this.columnNames, replacements);
  }
}

/** Where a record cannot be read nobody can say which of its parts are personal. */
function withoutContent(record: RejectedRecord): RejectedRecord {
  const told = `(${record.raw.byteLength} bytes that could not be read are not kept: this recording holds data of people)`;
  // What a parser says after its colon quotes what it met.
  return { ...record, raw: Buffer.from(told), reason: record.reason.replace(/(JSON): .*$/s, '$1.') };
}
