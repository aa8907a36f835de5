import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { outsideFolder, writeOutside } from './own-folder.ts';

/* The newest entry of the history of each case that this computer wrote, kept outside of the case: a history that was cut off or
   written anew as a whole is consistent in itself. */

const headSchema = z.object({
  case: z.string(),
  entry: z.number().int(),
  hash: z.string(),
  atMs: z.number(),
  /** Digest of all that stood under evidence when the case was closed, and of this entry. */
  state: z.string(),
});
export type HistoryHead = z.infer<typeof headSchema>;
export type NewestEntry = Pick<HistoryHead, 'entry' | 'hash' | 'atMs'>;

/** What this computer knows of a case at a path; null where it never wrote one there. */
export function knownHead(casePath: string): HistoryHead | null {
  const file = fileOf(casePath);
  if (file === null) return null;
  try {
    const result = headSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

/** Remembers the head of a case, whole or not at all. What cannot be written is not remembered: the case is whole all the same. */
export function rememberHead(casePath: string, head: Omit<HistoryHead, 'case'>): void {
  const file = fileOf(casePath);
  const known = knownHead(casePath);
  if (file === null || (known?.hash === head.hash && known.state === head.state)) return;
  writeOutside(file, `${JSON.stringify({ case: casePath, ...head })}\n`);
}

/** A new case stands at this path: what was known of another one there says nothing of it. */
export function forgetHead(casePath: string): void {
  const file = fileOf(casePath);
  if (file !== null) rmSync(file, { force: true });
}

function fileOf(casePath: string): string | null {
  return fileOutside('heads', realPathOf(casePath));
}

/** Where something about the case at a path, without symbolic links, is kept outside of it; null where nothing is. */
export function fileOutside(kind: 'heads' | 'journals', path: string): string | null {
  const folder = outsideFolder();
  if (folder === null) return null;
  return join(folder, kind, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
