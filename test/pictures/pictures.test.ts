import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const components = join(import.meta.dirname, '..', '..', 'renderer', 'ui');
const pictures = join(components, 'pictures');
/** What floats over the window or divides it, or has no look of its own, is in the pictures of the places. */
const shownInPlaces: ReadonlySet<string> = new Set(['dialog', 'menu', 'on-screen', 'split-pane', 'toast', 'tooltip']);
const mostBytes = 40_000;

describe('pictures of the components (npm run pictures)', () => {
  const names = readdirSync(components)
    .filter((file) => file.endsWith('.tsx'))
    .map((file) => file.replace(/\.tsx$/, ''))
    .filter((name) => !shownInPlaces.has(name));
  const taken = readFileSync(join(pictures, 'states.tsx'), 'utf8');

  it.each(names)('of %s show its states, dark and light', (name) => {
    expect(taken).toMatch(new RegExp(`^  '?${name}'?: \\(`, 'm'));
    for (const theme of ['dark', 'light']) {
      const path = join(pictures, `${name}-${theme}.png`);
      expect(existsSync(path), path).toBe(true);
      expect(statSync(path).size).toBeLessThan(mostBytes);
    }
  });
});
