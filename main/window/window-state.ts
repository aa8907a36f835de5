import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  readonly bounds: Bounds | null;
  readonly isMaximized: boolean;
}

/** How much of a window must lie on a screen, in pixels, for a hand to get hold of its title bar. */
const REACHABLE_PIXELS = 64;

/** The state of the last session; a missing or damaged file is the same as none. */
export function readWindowState(path: string): WindowState {
  try {
    const { bounds, isMaximized } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return { bounds: isBounds(bounds) ? bounds : null, isMaximized: isMaximized === true };
  } catch {
    return { bounds: null, isMaximized: false };
  }
}

/** Written beside and renamed, so that a crash never leaves half a file. A full disk costs the state, not the quit. */
export function writeWindowState(path: string, state: WindowState): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify(state));
    renameSync(`${path}.new`, path);
  } catch {
    return;
  }
}

/** Bounds that can be reached on the screens of today; null where that screen was unplugged. */
export function reachableBounds(bounds: Bounds | null, workAreas: readonly Bounds[]): Bounds | null {
  if (bounds === null) return null;
  const isReachable = workAreas.some(
    (area) =>
      Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x) >= REACHABLE_PIXELS &&
      bounds.y >= area.y &&
      bounds.y <= area.y + area.height - REACHABLE_PIXELS,
  );
  return isReachable ? bounds : null;
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, width, height } = value as Record<string, unknown>;
  return [x, y, width, height].every(Number.isFinite) && Number(width) > 0 && Number(height) > 0;
}
