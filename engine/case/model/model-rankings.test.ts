import { expect, it } from 'vitest';
import type { CaseArrays } from '../case-arrays.ts';
import { rankingsAgainst } from './model-rankings.ts';
import type { ModelView } from './model-view.ts';

const view = { sums: Int32Array.of(1, 2, 3, 4) } as ModelView;
const labels = Uint8Array.of(1, 0, 0, 1);
const arrays = { rowCount: 4, amounts: null, entity: null, days: null } as unknown as CaseArrays;

it('a ranking that failed is told once, and computed anew for the next request', async () => {
  const gone = new Proxy(arrays, {
    get: (target, name) => {
      if (name === 'days') throw new Error('the case is gone');
      return Reflect.get(target, name) as unknown;
    },
  });
  const never = (): void => expect.unreachable();
  await expect(rankingsAgainst(view, gone, { labels, weights: null }, never)).rejects.toThrow('the case is gone');
  const rankings = await rankingsAgainst(view, arrays, { labels, weights: null }, never);
  expect(rankings?.[0]).toMatchObject({ name: 'this model', isModel: true });
});
