import type { z } from 'zod';
import { alertJobs } from './alerts.ts';
import { applicationJobs } from './application.ts';
import { backupJobs } from './backups.ts';
import { belowLineJobs } from './below-line.ts';
import { caseJobs } from './cases.ts';
import { comparisonJobs } from './comparisons.ts';
import { evaluationJobs } from './evaluations.ts';
import { exportJobs } from './exports.ts';
import { fourEyesJobs } from './four-eyes.ts';
import { historyJobs } from './history.ts';
import { importedModelJobs } from './imported-models.ts';
import { labelJobs } from './labels.ts';
import { learningJobs } from './learning.ts';
import { lockJobs } from './locks.ts';
import { modelJobs } from './models.ts';
import { personalJobs } from './personal.ts';
import { pipelineJobs } from './pipelines.ts';
import { recordingJobs } from './recordings.ts';
import { retrainingJobs } from './retraining.ts';
import { reportJobs } from './reports.ts';
import { sealJobs } from './seals.ts';
import { simulationJobs } from './simulation.ts';
import { streamJobs } from './streams.ts';
import { suppressionJobs } from './suppressions.ts';
import { trainingJobs } from './training.ts';
import { tuningJobs } from './tuning.ts';
import { verdictJobs } from './verdicts.ts';
import { workJobs } from './work.ts';

/*
 * Every job the engine does, described in the file of its noun: what it takes (untrusted, parsed by the engine) and what
 * it gives. All hosts (Electron, browser, command line) loop over this one list.
 */

export const jobs = {
  ...applicationJobs,
  ...caseJobs,
  ...recordingJobs,
  ...personalJobs,
  ...modelJobs,
  ...importedModelJobs,
  ...trainingJobs,
  ...learningJobs,
  ...retrainingJobs,
  ...pipelineJobs,
  ...evaluationJobs,
  ...comparisonJobs,
  ...tuningJobs,
  ...alertJobs,
  ...verdictJobs,
  ...workJobs,
  ...suppressionJobs,
  ...labelJobs,
  ...belowLineJobs,
  ...historyJobs,
  ...fourEyesJobs,
  ...sealJobs,
  ...backupJobs,
  ...lockJobs,
  ...reportJobs,
  ...streamJobs,
  ...simulationJobs,
  ...exportJobs,
} as const;

export type JobName = keyof typeof jobs;
export type JobInput<J extends JobName> = z.input<(typeof jobs)[J]['input']>;
export type ParsedJobInput<J extends JobName> = z.output<(typeof jobs)[J]['input']>;
export type JobResult<J extends JobName> = z.output<(typeof jobs)[J]['result']>;
