import type { WorkContext } from '../domain/progress.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import { keepOutsideIn } from '../store/own-folder.ts';
import { dataFolder, defaultCasePath } from './default-case.ts';
import { findInstallation } from './installation.ts';
import { runJob } from './run-job.ts';
import { askerOf } from './window/settings-file.ts';
import type { WorkbenchPlaces } from './window/workbench.ts';

export interface EngineOptions {
  readonly host: WorkbenchPlaces['host'];
  /** Where settings and cases without a path of their own are kept; the system's data folder by default. */
  readonly dataFolder?: string;
}

/** Runs a job to its end in this thread, for hosts that wait; a window starts it with `startJob` instead. */
export type RunJob = <J extends JobName>(
  name: J,
  input: JobInput<J>,
  context: WorkContext,
) => Promise<Answer<JobResult<J>>>;

/** Where this engine finds and keeps what is not in a case; the folder for it is made where there is none. */
export function placesOf(options: EngineOptions): WorkbenchPlaces {
  const installation = findInstallation();
  const places: WorkbenchPlaces = {
    ...installation,
    host: options.host,
    dataFolder: options.dataFolder ?? dataFolder(),
    firstCasePath: defaultCasePath([installation.bundledRecording], options.dataFolder),
  };
  keepOutsideIn(places.dataFolder);
  return places;
}

/** Runs jobs in the name of whom the settings of these places hold, unless the context says another. */
export function jobsAt(places: WorkbenchPlaces): RunJob {
  return (name, input, context) => runJob(name, input, { asker: askerOf(places.dataFolder), ...context });
}
