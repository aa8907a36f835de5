import { keepOutsideIn } from '../store/own-folder.ts';
import type { WorkContext } from '../domain/progress.ts';
import type { WorkbenchPlaces } from './window/workbench.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import type { JobInput, JobName, JobResult } from '../../preload/contract/jobs.ts';
import { dataFolder, defaultCasePath } from './default-case.ts';
import { findInstallation } from './installation.ts';
import { runJob } from './run-job.ts';
import { askerOf } from './window/settings-file.ts';
import { createWindowPart, type WindowPart } from './window-part.ts';

/** The engine as a host sees it: one door for everything in the contract. */
export interface Engine extends WindowPart {
  /** Runs a job to its end in this thread, for hosts that wait; a window starts it with `startJob` instead. */
  runJob<J extends JobName>(name: J, input: JobInput<J>, context: WorkContext): Promise<Answer<JobResult<J>>>;
}

export interface EngineOptions {
  readonly host: WorkbenchPlaces['host'];
  /** Where settings and cases without a path of their own are kept; the system's data folder by default. */
  readonly dataFolder?: string;
}

/** An engine in this process: requests are answered in this thread, jobs of a window run in threads of their own. */
export function createEngine(options: EngineOptions = { host: 'command-line' }): Engine {
  const installation = findInstallation();
  const places: WorkbenchPlaces = {
    ...installation,
    host: options.host,
    dataFolder: options.dataFolder ?? dataFolder(),
    firstCasePath: defaultCasePath([installation.bundledRecording], options.dataFolder),
  };
  keepOutsideIn(places.dataFolder);
  return {
    ...createWindowPart(places),
    runJob: (name, input, context) => runJob(name, input, { asker: askerOf(places.dataFolder), ...context }),
  };
}
