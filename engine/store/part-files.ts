import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive, thisProcess } from './running-process.ts';

/* A file that is being written lies beside its name until it is whole. Its own name says whose it is. */

const partName = /^\.assay-(?<host>[0-9a-f]{8})-(?<processId>\d{1,10})-(?<startedMs>\d{1,15})-[0-9a-f]{12}\.part$/u;

/** A name in a folder for what this process writes there until it is whole. */
export function partPath(folder: string): string {
  const { processId, startedMs } = thisProcess();
  return join(folder, `.assay-${thisHost()}-${processId}-${startedMs}-${randomBytes(6).toString('hex')}.part`);
}

/**
 * Takes away what processes of this computer left half written in a folder when they were killed. What a process that lives, or
 * one of another computer, writes there stays; so does what this one may not take away.
 */
export function removeAbandonedParts(folder: string): void {
  for (const name of namesIn(folder)) {
    const { host, processId, startedMs } = partName.exec(name)?.groups ?? {};
    if (host !== thisHost()) continue;
    if (isAlive({ host: hostname(), processId: Number(processId), startedMs: Number(startedMs) })) continue;
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // Of another user: theirs to take away.
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The computer, by no name that would go along with a copied folder. */
function thisHost(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}
