import type { ColumnBlock } from '../domain/columns.ts';
import type { Profile } from '../domain/profile.ts';
import type { RecordBatch } from '../domain/record-batch.ts';
import type { DecodedBatch } from '../features/decode-segment.ts';

/** Notes while recordings are read what a person should know of their columns. */
export interface ColumnWatch {
  readonly note: (batch: RecordBatch, decoded: DecodedBatch, path: string) => void;
  /** One sentence for each thing that was noted. */
  readonly sentences: () => readonly string[];
}

interface Trouble {
  readonly firstLine: number;
  readonly firstReason: string;
  readonly what: string;
  rows: number;
}

/** In shorter runs of rows a column may well be empty by chance. */
const tellingRows = 100;

/**
 * Watches for columns that come, go, fall empty or change their type, and counts the rows that cannot be read;
 * `whatOfThem` says what became of these.
 */
export function watchColumns(profile: Profile, whatOfThem: string): ColumnWatch {
  const oddities = new Set<string>();
  const absent = new Map<string, Set<string>>();
  const troubles = new Map<string, Trouble>();
  const filledSoFar = new Set<string>();
  const ignored = new Set(profile.columns.filter(({ role }) => role === 'ignored').map(({ name }) => name));

  const count = (path: string, column: string | null, line: number, reason: string): void => {
    const key = JSON.stringify([path, column]);
    const known = troubles.get(key);
    if (known !== undefined) known.rows += 1;
    else {
      const what = column === null ? `of ${path} are malformed` : `of ${path} cannot be read in the column '${column}'`;
      troubles.set(key, { firstLine: line, firstReason: reason, what, rows: 1 });
    }
  };

  /** A key of JSON may come with a later row, so that only the end tells which columns a recording lacks. */
  const noteAbsentColumns = (batch: RecordBatch, decoded: DecodedBatch, path: string): void => {
    const lacking = absent.get(path);
    if (lacking === undefined) absent.set(path, new Set(decoded.absentColumns));
    else for (const column of batch.columnNames) lacking.delete(column);
  };

  const noteEmptyColumns = (batch: RecordBatch, decoded: DecodedBatch, path: string): void => {
    if (decoded.segment.rowCount < tellingRows) return;
    for (const [name, block] of decoded.segment.columns) {
      if (hasValue(block)) filledSoFar.add(name);
      else if (batch.columnNames.includes(name) && filledSoFar.delete(name) && !ignored.has(name))
        oddities.add(`The column '${name}' had values, and has none from line ${batch.line[0]} of ${path} on.`);
    }
  };

  return {
    note: (batch, decoded, path) => {
      for (const { line, reason } of batch.rejected) count(path, null, line, reason);
      for (const { row, column, reason } of decoded.invalid) count(path, column, batch.line[row], reason);
      if (batch.rowCount === 0) return;
      noteAbsentColumns(batch, decoded, path);
      for (const column of decoded.unknownColumns)
        oddities.add(`The column '${column}' in ${path} is not in the profile of this case and was not used.`);
      noteEmptyColumns(batch, decoded, path);
    },
    sentences: () => [
      ...[...absent].flatMap(([path, columns]) =>
        [...columns].map((column) => `The column '${column}' is absent in ${path}; its values are missing there.`),
      ),
      ...oddities,
      ...[...troubles.values()].map(
        ({ rows, what, firstLine, firstReason }) =>
          `${rows.toLocaleString('en-US')} rows ${what}, from line ${firstLine} on (${firstReason}); ${whatOfThem}.`,
      ),
    ],
  };
}

function hasValue(block: ColumnBlock): boolean {
  switch (block.kind) {
    case 'number':
    case 'time':
      return block.values.some((value) => !Number.isNaN(value));
    case 'code':
      return block.codes.some((code) => code >= 0);
    case 'text':
      return block.bytes.length > 0;
  }
}
