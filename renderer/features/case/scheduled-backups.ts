import { useEffect, useEffectEvent } from 'react';
import { useCase, useSettings } from '../../data/app-state.tsx';
import { useJobs } from '../../data/jobs.tsx';

/** What opening a case asks for at once comes first. */
const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 10 * 60_000;

/** Asks now and then whether the open case is due for a backup; the engine decides, and says where one failed. */
export function useScheduledBackups(): void {
  const openCase = useCase();
  const [{ scheduledBackups }] = useSettings();
  const { start } = useJobs();
  const path = openCase?.readOnly === false && scheduledBackups ? openCase.path : null;
  const look = useEffectEvent(() => {
    if (path !== null) void start('backup', { casePath: path, ifDue: true });
  });
  useEffect(() => {
    if (path === null) return;
    const first = setTimeout(() => look(), FIRST_LOOK_MS);
    const next = setInterval(() => look(), LOOK_EVERY_MS);
    return () => {
      clearTimeout(first);
      clearInterval(next);
    };
  }, [path]);
}
