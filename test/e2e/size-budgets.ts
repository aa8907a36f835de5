import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './build.ts';

/** What is shipped, with its size in bytes when it was last looked at; a change that means to make it larger says so here. */
const budgets = {
  renderer: { path: 'dist/renderer', bytes: 1_586_670 },
  preload: { path: 'dist/preload', bytes: 2_669 },
  main: { path: 'dist/main', bytes: 378_205 },
  engine: { path: 'dist/engine', bytes: 20_387_591 },
  /** Without Electron's own files: archive, what lies beside it, the bundled recording, notices and list of packages. */
  package: { path: 'dist/packages/linux-unpacked/resources', bytes: 28_547_200 },
} as const;

/** Growth that is no decision of anybody. */
const mostGrowth = 0.05;

export type ShippedPart = keyof typeof budgets;

/** Why a part is too large, or null where it keeps to its budget. */
export function overBudget(part: ShippedPart): string | null {
  const { path, bytes } = budgets[part];
  const now = bytesIn(join(projectFolder, path));
  const growth = now / bytes - 1;
  return growth <= mostGrowth
    ? null
    : `${path} has ${now} bytes, ${(growth * 100).toFixed(1)} % more than the ${bytes} of its budget.`;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
