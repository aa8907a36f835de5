/**
 * Decoded columns of one segment. Every array has one entry per row (for text: `ends`).
 * number: NaN is missing. time: epoch milliseconds UTC, NaN is missing.
 * code: index into the column's dictionary, -1 is missing. text: UTF-8, empty is missing.
 */
export type ColumnBlock =
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'time'; readonly values: Float64Array }
  | { readonly kind: 'code'; readonly codes: Int32Array }
  | { readonly kind: 'text'; readonly bytes: Uint8Array; readonly ends: Uint32Array };

export type ColumnBlockKind = ColumnBlock['kind'];

/** The typed arrays that hold a block. */
export function arraysOfBlock(block: ColumnBlock): readonly (Float64Array | Int32Array | Uint32Array | Uint8Array)[] {
  if (block.kind === 'code') return [block.codes];
  return block.kind === 'text' ? [block.bytes, block.ends] : [block.values];
}

/** The rows of a block. */
export function rowsOfBlock(block: ColumnBlock): number {
  if (block.kind === 'code') return block.codes.length;
  return block.kind === 'text' ? block.ends.length : block.values.length;
}

/** The distinct texts of one column in order of first appearance; a code is an index into it. */
export interface Dictionary {
  readonly size: number;
  /** The code of a text, adding it when it is new. */
  codeOf(text: string): number;
  /** The code of a text, or -1 when it has never been seen. */
  find(text: string): number;
  textOf(code: number): string;
}

/** A run of consecutive transactions decoded by the profile, column by column. */
export interface DecodedSegment {
  /** Position of the first row in the whole stream of the case, from 0. */
  readonly firstSequence: number;
  readonly rowCount: number;
  /** Keyed by column name. Columns that the profile ignores as free text are absent. */
  readonly columns: ReadonlyMap<string, ColumnBlock>;
}
