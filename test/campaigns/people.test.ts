import { expect, it } from 'vitest';
import { gather } from './people/gathering.ts';

/** `npm run campaign:people` lets ten at it for minutes; three for a few acts meet often enough to lose one to a race. */
it('people at one case lose nothing, and replace and take back only what they may', async () => {
  const { acts, faults } = await gather({ people: 3, seed: 20, until: { actsEach: 25 } });
  expect(faults).toEqual([]);
  expect(acts.verdict).toBeGreaterThan(20);
  expect(acts.undo).toBeGreaterThan(3);
});
