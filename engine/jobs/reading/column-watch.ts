import type { ColumnBlock } from '../../domain/columns.ts';
import type { Profile } from '../../domain/profile.ts';
import type { RecordBatch } from '../../domain/record-batch.ts';
import type { DecodedBatch } from '../../features/decode-segment.ts';

/** One thing that a person should know of a column; counts in its sentence grow, its key stays. */
export interface ColumnNote {
  readonly key: string;
  readonly sentence: string;
}

/** Notes while recordings or topics are read what a person should know of their columns. */
export interface ColumnWatch {
  readonly note: (batch: RecordBatch, decoded: DecodedBatch, path: string) => void;
  /** Everything noted so far, for a stream that has no end. */
  readonly notes: () => readonly ColumnNote[];
  /** One sentence for each thing that was noted. */
  readonly sentences: () => readonly string[];
  /** Columns so far that the profile does not know. */
  readonly unknownColumns: ReadonlySet<string>;
  readonly noteUnknownColumns: (columns: readonly string[], path: string) => void;
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
  const oddities = new Map<string, string>();
  const absent = new Map<string, Set<string>>();
  const troubles = new Map<string, Trouble>();
  const unknownColumns = new Set<string>();
  const filledSoFar = new Set<string>();
  /** Columns that had values, and how many rows have had none since. */
  const emptySince = new Map<string, { readonly line: number; rows: number }>();
  const ignored = new Set(profile.columns.filter(({ role }) => role === 'ignored').map(({ name }) => name));

  const count = (path: string, column: string | null, line: number, reason: string): void => {
    const key = JSON.stringify([path, column]);
    const known = troubles.get(key);
    if (known !== undefined) known.rows += 1;
    else {
      const what = `of ${path} could not be read${column === null ? '' : ` in the column '${column}'`}`;
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
    for (const [name, block] of decoded.segment.columns) {
      if (ignored.has(name) || !batch.columnNames.includes(name)) continue;
      const empty = emptySince.get(name);
      if (hasValue(block)) {
        filledSoFar.add(name);
        emptySince.delete(name);
        if (empty !== undefined && empty.rows >= tellingRows)
          oddities.set(
            `back ${name}`,
            `The column '${name}' has values again from line ${batch.line[0]} of ${path} on.`,
          );
      } else if (filledSoFar.has(name)) {
        const now = empty ?? { line: batch.line[0], rows: 0 };
        now.rows += decoded.segment.rowCount;
        emptySince.set(name, now);
        if (now.rows >= tellingRows)
          oddities.set(
            `empty ${name}`,
            `The column '${name}' had values, and has none from line ${now.line} of ${path} on.`,
          );
      }
    }
  };

  const noteUnknownColumns = (columns: readonly string[], path: string): void => {
    for (const column of columns) {
      unknownColumns.add(column);
      oddities.set(
        `unknown ${column}`,
        `The column '${column}' in ${path} is not in the profile of this case and was not used.`,
      );
    }
  };

  const notes = (): readonly ColumnNote[] => [
    ...[...absent].flatMap(([path, columns]) =>
      [...columns].map((column) => ({
        key: `absent ${column} ${path}`,
        sentence: `The column '${column}' is absent in ${path}; its values are missing there.`,
      })),
    ),
    ...[...oddities].map(([key, sentence]) => ({ key, sentence })),
    ...[...troubles].map(([key, { rows, what, firstLine, firstReason }]) => ({
      key,
      sentence: `${rows.toLocaleString('en-US')} row${rows === 1 ? '' : 's'} ${what}, from line ${firstLine} on (${firstReason}); ${whatOfThem}.`,
    })),
  ];

  return {
    note: (batch, decoded, path) => {
      for (const { line, reason } of batch.rejected) count(path, null, line, reason);
      for (const { row, column, reason } of decoded.invalid) count(path, column, batch.line[row], reason);
      if (batch.rowCount === 0) return;
      noteAbsentColumns(batch, decoded, path);
      noteUnknownColumns(decoded.unknownColumns, path);
      noteEmptyColumns(batch, decoded, path);
    },
    notes,
    unknownColumns,
    noteUnknownColumns,
    sentences: () => notes().map(({ sentence }) => sentence),
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
