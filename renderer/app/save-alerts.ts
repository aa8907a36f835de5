import type { AlertListFormat } from '../../preload/contract/exports.ts';
import type { JobInput } from '../../preload/contract/jobs.ts';
import { useCase, useCurrentModel } from '../data/app-state.tsx';
import { useJob, type JobHandle } from '../data/jobs.tsx';
import { fileStem } from '../data/paths.ts';
import { useFileChoice } from './file-choice.tsx';

type AlertChoice = Pick<JobInput<'exportAlerts'>, 'filter' | 'sort'>;

export interface AlertSaving {
  readonly job: JobHandle<'exportAlerts'>;
  /** Asks for a file and writes the alerts that pass the filter into it; null while that cannot be done. */
  readonly save: ((format: AlertListFormat, choice?: AlertChoice) => void) | null;
}

/** The list of alerts as a file, from wherever it is asked for. */
export function useSaveAlerts(): AlertSaving {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const choose = useFileChoice();
  const job = useJob('exportAlerts');
  if (openCase === null || model === null || job.running !== null) return { job, save: null };
  const save = (format: AlertListFormat, choice: AlertChoice = {}): void => {
    void choose.newFile(`${fileStem(openCase.path)}-${model.name}-alerts.${format}`).then((output) => {
      if (output !== null) void job.start({ casePath: openCase.path, model: `${model.id}`, ...choice, format, output });
    });
  };
  return { job, save };
}
