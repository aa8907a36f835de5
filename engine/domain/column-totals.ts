import { z } from 'zod';

/** The control totals of one column over the rows that were read. */
export const columnTotalsSchema = z.object({
  /** Rows whose cell holds a value. */
  present: z.number().int(),
  missing: z.number().int(),
  /** Different values; 0 where none is present. */
  distinct: z.number().int(),
  /** False where there were too many to keep all of them: `distinct` is then an estimate with a standard error of 0.8 %. */
  distinctIsExact: z.boolean(),
  /** Least and greatest: numbers in plain digits, times in ISO 8601 (UTC), texts by their UTF-8 bytes. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Exact, in plain digits; only for numbers. */
  sum: z.string().nullable(),
});
export type ColumnTotals = z.infer<typeof columnTotalsSchema>;
