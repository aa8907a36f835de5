import { expect, it } from 'vitest';
import { placeFloating } from './place-floating.ts';

const view = { width: 800, height: 600 };
const box = { width: 200, height: 300 };

it('goes above an anchor at the bottom, and never out of the window', () => {
  const above = placeFloating({ left: 700, right: 780, top: 560, bottom: 590 }, box, view);
  expect(above.top + box.height).toBeLessThanOrEqual(560);
  expect(above.left + box.width).toBeLessThanOrEqual(view.width);
  const cramped = placeFloating({ left: 0, right: 10, top: 200, bottom: 590 }, box, view);
  expect(cramped.top).toBeGreaterThanOrEqual(0);
});
