import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { nearNames } from '../features/near-names.ts';

/** A folder of more entries is not searched for what somebody may have meant. */
const mostEntries = 5_000;
const mostPaths = 3;
/** What lies beside a case and is none. */
const besideCase = /(-wal|-shm|-journal|\.decisions\.jsonl|\.backup-.*)$/u;

/**
 * Paths that are there and that a path which is not may have meant: each part that is missing is taken for a mistyped
 * one of its folder. The nearest first; none where nothing is near, or where the path is there.
 */
export function nearPaths(missing: string): readonly string[] {
  return pathsNear(resolve(missing)).filter((path) => path !== resolve(missing));
}

function pathsNear(path: string): readonly string[] {
  const parent = dirname(path);
  if (existsSync(path) || parent === path) return [path];
  return pathsNear(parent)
    .flatMap((folder) => {
      const exact = join(folder, basename(path));
      return existsSync(exact) ? [exact] : nearNames(basename(path), namesIn(folder)).map((name) => join(folder, name));
    })
    .slice(0, mostPaths);
}

function namesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder);
    return names.length > mostEntries ? [] : names.filter((name) => !besideCase.test(name));
  } catch {
    return [];
  }
}
