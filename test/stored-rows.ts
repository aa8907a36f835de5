import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCaseReadOnly } from '../engine/store/open-case.ts';
import type { ReadableCase } from '../engine/store/readable-case.ts';

/** Rows of a case that may be in use, or not be there yet. */
export function storedRows(casePath: string): number {
  return seenIn(casePath, (openedCase) => openedCase.nextSequence()) ?? 0;
}

/** Settles once a case that another process writes looks so, or that process has ended. */
export async function untilStored(
  casePath: string,
  isSo: (openedCase: ReadableCase) => boolean,
  ended: Promise<unknown>,
): Promise<void> {
  let hasEnded = false;
  const end = (): void => void (hasEnded = true);
  ended.then(end, end);
  while (!hasEnded && seenIn(casePath, isSo) !== true) await sleep(5);
}

function seenIn<T>(casePath: string, look: (openedCase: ReadableCase) => T): T | undefined {
  try {
    const openedCase = openCaseReadOnly(casePath);
    try {
      return look(openedCase);
    } finally {
      openedCase.close();
    }
  } catch {
    // It is not there yet, or being made.
    return undefined;
  }
}

/** SHA-256 over the features of all rows of the first model in stream order, however the rows were cut into segments. */
export function featuresOf(casePath: string): string {
  const openedCase = openCaseReadOnly(casePath);
  try {
    const hash = createHash('sha256');
    const model = openedCase.models()[0];
    for (const segment of openedCase.segments())
      hash.update(openedCase.readFeatures(model.featureSetId, segment) ?? 'none');
    return hash.digest('hex');
  } finally {
    openedCase.close();
  }
}
