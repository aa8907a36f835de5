import { z } from 'zod';
import { modelId, pageLimit, request } from './parts.ts';
import type { ColumnReport } from './recordings.ts';

/* The rows of a case, one by one and as densities. */

export interface TransactionPage {
  readonly columns: readonly string[];
  /** How each column was read: numbers stand right, times are ISO 8601 by the case's clock. */
  readonly kinds: readonly ColumnReport['kind'][];
  readonly rows: readonly {
    readonly sequence: number;
    readonly score: number | null;
    readonly flagged: boolean;
    readonly cells: readonly string[];
  }[];
  readonly next: number | null;
}

export interface Density {
  readonly xEdges: Float64Array;
  readonly yEdges: Float64Array;
  /** Row-major counts: y of the rows, x of the columns. */
  readonly counts: Uint32Array;
  readonly flaggedCounts: Uint32Array;
  /** Transactions of the filter without a time: they are in no count. */
  readonly withoutTime: number;
}

/** A picture that follows the brush: scores, hours of the week, or a column of numbers or of categories. */
const tileViewSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('score') }),
  z.object({ kind: z.literal('hourOfWeek') }),
  z.object({ kind: z.literal('number'), column: z.string() }),
  z.object({ kind: z.literal('category'), column: z.string() }),
]);
export type TileView = z.infer<typeof tileViewSchema>;

/** A picture for every brush over the map of amount over time: a brush is a subtraction of four rows of counts. */
export interface Tile {
  /** Cells of the map and one more each way, for transactions without a time or without an amount. */
  readonly columns: number;
  readonly rows: number;
  /** Counts of each corner. */
  readonly bins: number;
  /** Of the picture; null for hours of the week and for categories. */
  readonly edges: Float64Array | null;
  /** Of the first bins of categories; all other texts, and missing ones, are the last two bins. */
  readonly texts: readonly string[] | null;
  /** `(rows + 1) * (columns + 1)` corners, row by row: `bins` counts of what lies below and left of each. */
  readonly counts: Uint32Array;
  readonly flaggedCounts: Uint32Array;
}

/** Which transactions: the one filter that Triage, Explore and Tuning share. Both ends of a range are within it. */
export const transactionFilterSchema = z.object({
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  minimumAmount: z.number().optional(),
  maximumAmount: z.number().optional(),
  /** Column of categories to the texts allowed in it; the empty text stands for a missing one. */
  columns: z.record(z.string(), z.array(z.string())).optional(),
  /** Column of numbers or times (epoch milliseconds) to the values allowed in it, both ends included. */
  ranges: z.record(z.string(), z.object({ from: z.number().optional(), to: z.number().optional() })).optional(),
});
export type TransactionFilter = z.infer<typeof transactionFilterSchema>;

export const transactionRequests = {
  'transactions.page': request<TransactionPage>()(
    z.object({ after: z.number().int().optional(), limit: pageLimit, modelId: modelId.optional() }),
  ),
  /** A page of the rows: filtered, sorted by a column, or searched by a text, for which the order is the stream's. */
  'transactions.find': request<
    TransactionPage & {
      /** Null while a search has not looked at all. */
      readonly total: number | null;
      /** Rows of the filter that were looked at so far. */
      readonly lookedAt: number;
    }
  >()(
    z.object({
      filter: transactionFilterSchema.default({}),
      text: z.string().max(500).default('').describe('in any cell, whatever the case of its letters'),
      sort: z.object({ column: z.string(), isDescending: z.boolean() }).optional(),
      after: z.number().int().min(0).optional().describe('`next` of the page before'),
      limit: pageLimit,
      modelId: modelId.optional(),
    }),
  ),
  'explore.scoreOverTime': request<Density>()(z.object({ modelId, filter: transactionFilterSchema.default({}) })),
  'explore.amountOverTime': request<Density>()(z.object({ modelId, filter: transactionFilterSchema.default({}) })),
  /** The filter is what holds beside the brush. */
  'explore.tile': request<Tile>()(
    z.object({ modelId, filter: transactionFilterSchema.default({}), view: tileViewSchema }),
  ),
  'explore.lanes': request<{
    readonly dayStartsMs: readonly number[];
    readonly lanes: readonly {
      readonly entity: string;
      readonly flagged: number;
      readonly maximumScore: Float64Array;
    }[];
    readonly withoutTime: number;
    readonly next: number | null;
    /** Entities with flagged transactions that pass filter and search. */
    readonly total: number;
  }>()(
    z.object({
      modelId,
      filter: transactionFilterSchema.default({}),
      /** A part of the name of the entity, in any case. */
      search: z.string().max(200).optional(),
      after: z.number().int().optional(),
      limit: z.number().int().min(1).max(100).default(30),
    }),
  ),
  /**
   * How some features are distributed, counted over as many transactions as take little time, from `after` on: whoever adds up
   * the pages may stop at any of them.
   */
  'explore.features': request<{
    /** As asked for. */
    readonly features: readonly {
      readonly name: string;
      readonly edges: Float64Array;
      readonly rest: Uint32Array;
      readonly flagged: Uint32Array;
    }[];
    readonly next: number | null;
  }>()(
    z.object({
      modelId,
      filter: transactionFilterSchema.default({}),
      names: z.array(z.string()).min(1).optional().describe('all of the model where none are named'),
      after: z.number().int().optional(),
    }),
  ),
  'explore.rows': request<TransactionPage & { readonly total: number }>()(
    z.object({
      modelId,
      filter: transactionFilterSchema.default({}),
      after: z.number().int().optional(),
      limit: pageLimit,
    }),
  ),
} as const;
