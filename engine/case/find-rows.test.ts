import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestInput, RequestOutput } from '../../preload/contract/requests.ts';
import { benchOfFile } from './bench-of-file.test-support.ts';
import { smallRows, type Bench } from './small-recording.test-support.ts';

let bench: Bench;
benchOfFile((made) => (bench = made));

type Page = RequestOutput<'transactions.find'>;

/** Every page, one after the other. */
async function allOf(
  input: RequestInput<'transactions.find'>,
): Promise<{ readonly rows: Page['rows']; readonly pages: readonly Page[] }> {
  const pages: Page[] = [];
  for (let after: number | null | undefined; after !== null;) {
    const page: Page = await bench.ask('transactions.find', { ...input, ...(after === undefined ? {} : { after }) });
    pages.push(page);
    after = page.next;
  }
  return { rows: pages.flatMap(({ rows }) => rows), pages };
}

const amountOf = (columns: readonly string[], row: Page['rows'][number]): number =>
  Number(row.cells[columns.indexOf('amount')]);

describe('the rows of a case', () => {
  it('are sorted by any column of numbers, times or categories, each row once, equal ones in stream order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('amount', 'paid_at', 'card_id', 'currency'),
        fc.boolean(),
        fc.integer({ min: 50, max: 500 }),
        async (column, isDescending, limit) => {
          const { rows, pages } = await allOf({ sort: { column, isDescending }, limit });
          expect(new Set(rows.map(({ sequence }) => sequence)).size).toBe(smallRows);
          const at = pages[0].columns.indexOf(column);
          const isNumber = pages[0].kinds[at] === 'number';
          for (let row = 1; row < rows.length; row++) {
            const [before, here] = [rows[row - 1], rows[row]];
            const [left, right] = [before.cells[at], here.cells[at]];
            if (left === right) expect(before.sequence).toBeLessThan(here.sequence);
            // Without a value they come last, in either order.
            else if (left === '' || right === '') expect(right).toBe('');
            else expect(isNumber ? Number(left) < Number(right) : left < right).toBe(!isDescending);
          }
        },
      ),
      { numRuns: 4 },
    );
  });

  it('are filtered as in Triage and Explore, and counted', async () => {
    const filter = { minimumAmount: 900 };
    const { rows, pages } = await allOf({ filter, sort: { column: 'amount', isDescending: true }, limit: 40 });
    expect(pages[0].total).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.every((row) => amountOf(pages[0].columns, row) >= 900)).toBe(true);
    expect(rows.length).toBe((await bench.ask('explore.rows', { modelId: 1, filter, limit: 500 })).total);
  });

  it('are found by a text in any cell, some rows at a time, within the filter', async () => {
    const one = await allOf({ text: ' 4000000000000017 ' });
    expect(one.rows.map(({ cells }) => cells[0])).toEqual(['4000000000000017']);
    expect(one.pages.at(-1)).toMatchObject({ next: null, total: null, lookedAt: smallRows });
    const card = await allOf({ text: 'c1003', filter: { maximumAmount: 40 }, limit: 7 });
    const { columns } = card.pages[0];
    expect(card.rows.length).toBeGreaterThan(7);
    expect(card.rows.every((row) => row.cells.includes('C1003') && amountOf(columns, row) <= 40)).toBe(true);
    expect(card.rows.map(({ sequence }) => sequence)).toEqual(
      card.rows.map(({ sequence }) => sequence).toSorted((left, right) => left - right),
    );
  });

  it('are not sorted by a column that has no order, by name', async () => {
    const sort = { column: 'payment_id', isDescending: false };
    expect(await bench.engine.request('transactions.find', { sort })).toMatchObject({
      ok: false,
      error: { code: 'UNKNOWN_COLUMN', message: "The rows cannot be sorted by 'payment_id'." },
    });
  });
});
