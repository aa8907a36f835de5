import type { WorkContext } from '../../domain/progress.ts';
import type { Doing } from '../../store/decision-log.ts';

const NOBODY_KNOWN = 'unknown';

/** Who does what a job does to a case, and when. */
export function doingOf({ asker }: Pick<WorkContext, 'asker'>): Doing {
  return { by: asker?.by ?? NOBODY_KNOWN, atMs: Date.now() };
}
