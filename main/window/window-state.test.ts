import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reachableBounds, readWindowState, writeWindowState } from './window-state.ts';

describe('the window of the last session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-window-'));
  const bounds = { x: 100, y: 50, width: 1200, height: 800 };

  it('comes back as it was left', () => {
    const path = join(folder, 'deep', 'window.json');
    writeWindowState(path, { bounds, isMaximized: true });
    expect(readWindowState(path)).toEqual({ bounds, isMaximized: true });
  });

  it.each(['', '{', 'null', '{"bounds":{"x":1}}', '{"bounds":{"x":0,"y":0,"width":-5,"height":1}}'])(
    'is forgotten where its file is damaged: %s',
    (text) => {
      const path = join(folder, 'damaged.json');
      writeFileSync(path, text);
      expect(readWindowState(path).bounds).toBeNull();
    },
  );

  it('is not put where no screen is any more', () => {
    const laptop = { x: 0, y: 0, width: 1920, height: 1080 };
    expect(reachableBounds(bounds, [laptop])).toEqual(bounds);
    expect(reachableBounds({ ...bounds, x: 2500 }, [laptop])).toBeNull();
    expect(reachableBounds({ ...bounds, x: 2500 }, [laptop, { ...laptop, x: 1920 }])).not.toBeNull();
    expect(reachableBounds({ ...bounds, y: -400 }, [laptop])).toBeNull();
  });
});
