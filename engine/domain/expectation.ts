import { z } from 'zod';
import { usageError } from './error.ts';

/** Totals that can be expected of a case as a whole, and of one column. */
const caseTotals = ['rows', 'quarantined'] as const;
const columnTotals = ['sum', 'present', 'missing', 'distinct', 'from', 'to'] as const;

/** Control totals that a reading must come to; `column` is null for the case as a whole, and for from and to of the event time. */
export const expectationSchema = z.array(
  z.object({ total: z.enum([...caseTotals, ...columnTotals]), column: z.string().nullable(), value: z.string() }),
);
export type Expectation = z.infer<typeof expectationSchema>;

const onePart = /^\s*(?<total>[a-z]+)\s*(?:\((?<column>[^)]*)\))?\s*=\s*(?<value>.*?)\s*$/;
const amount = /^[-+]?\d+(?:\.\d+)?$/;

/**
 * Reads expected totals as a command line gives them: `rows=240,sum(amount)=28351.19,from=2024-10-20,to=2024-10-28`. A comma is a
 * separator only where another total follows it.
 * @throws AssayError WRONG_USE.
 */
export function parseExpectation(text: string): Expectation {
  return text.split(/,(?=\s*[a-z]+\s*(?:\([^)]*\))?\s*=)/).map((part) => {
    const groups = onePart.exec(part)?.groups;
    const total = [...caseTotals, ...columnTotals].find((each) => each === groups?.['total']);
    const column = groups?.['column'] ?? null;
    const value = groups?.['value'] ?? '';
    const needsColumn =
      total !== undefined && columnTotals.some((each) => each === total) && total !== 'from' && total !== 'to';
    const isWhole = total !== undefined && caseTotals.some((each) => each === total);
    if (total === undefined || value === '' || (needsColumn && column === null) || (isWhole && column !== null))
      throw wrongExpectation(part);
    if (total !== 'from' && total !== 'to' && !amount.test(value)) throw wrongExpectation(part);
    return { total, column, value };
  });
}

function wrongExpectation(part: string): Error {
  return usageError(
    'WRONG_USE',
    `'${part.trim()}' is no total that can be expected.`,
    'Write for example --expect "rows=240,sum(amount)=28351.19,missing(card)=0,from=2024-10-20,to=2024-10-28".',
  );
}
