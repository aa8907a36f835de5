import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { surfaceFiles, surfaceFolder } from './surface.ts';

const written = await surfaceFiles();

describe('the public surface', () => {
  it.each([...written])('is in docs/surface as it is: %s', (name, text) => {
    const kept = readFileSync(join(surfaceFolder, name), 'utf8');
    expect(firstDifference(kept, text), 'Run `npm run surface` and look at what changed.').toBeNull();
  });

  it('has no file that is written no longer', () => {
    const files = readdirSync(surfaceFolder).filter((name) => name !== 'README.md');
    expect(files.toSorted()).toEqual([...written.keys()].toSorted());
  });

  it('names no machine, so that it is the same everywhere', () => {
    const here = [process.cwd(), process.env['HOME'] ?? process.cwd(), process.version];
    for (const [name, text] of written)
      for (const word of here) expect(text.includes(word), `${name} holds ${word}`).toBe(false);
  });
});

/** The first line that differs; a whole page of differences is for `git diff`. */
function firstDifference(kept: string, now: string): { readonly kept: string; readonly now: string } | null {
  const keptLines = kept.split('\n');
  const lines = now.split('\n');
  const at = lines.findIndex((line, index) => line !== keptLines[index]);
  if (at < 0 && keptLines.length === lines.length) return null;
  const place = at < 0 ? lines.length : at;
  return { kept: keptLines[place] ?? '', now: lines[place] ?? '' };
}
