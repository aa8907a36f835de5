import { expect, it } from 'vitest';
import { differences } from '../electron-standin/conformance/differences.ts';
import { describeWithChromium } from './chromium.ts';
import { electronName } from './launchers.ts';
import { conformanceStories } from './stories/conformance.ts';

describeWithChromium(`conformance of ${electronName}`, () => {
  conformanceStories();

  it('would see a difference', () => {
    expect(differences({ a: [1, { b: 2 }], c: 1 }, { a: [1, { b: 3 }] })).toEqual([
      'a.1.b: expected 2, observed 3',
      'c: expected 1, observed undefined',
    ]);
  });
});
