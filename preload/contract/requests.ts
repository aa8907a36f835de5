import type { z } from 'zod';
import { alertRequests } from './alerts.ts';
import { applicationRequests } from './application.ts';
import { belowLineRequests } from './below-line.ts';
import { caseRequests } from './cases.ts';
import { comparisonRequests } from './comparisons.ts';
import { entityRequests } from './entities.ts';
import { evaluationRequests } from './evaluations.ts';
import { exportRequests } from './exports.ts';
import { fourEyesRequests } from './four-eyes.ts';
import { historyRequests } from './history.ts';
import { lockRequests } from './locks.ts';
import { modelRequests } from './models.ts';
import { personalRequests } from './personal.ts';
import { recordingRequests } from './recordings.ts';
import { streamRequests } from './streams.ts';
import { transactionRequests } from './transactions.ts';
import { tuningRequests } from './tuning.ts';
import { suppressionRequests } from './suppressions.ts';
import { verdictRequests } from './verdicts.ts';
import { workRequests } from './work.ts';

/*
 * Every short question a window may ask of the engine, and every small change it may make, described in the file of its
 * noun. Inputs are untrusted and parsed by the engine; outputs are built by the engine and only typed. Long work is a job.
 * Names are `noun.verb`. Times are epoch milliseconds UTC. Pages are keyset pages of at most 500 rows.
 */

export const requests = {
  ...applicationRequests,
  ...caseRequests,
  ...lockRequests,
  ...recordingRequests,
  ...personalRequests,
  ...transactionRequests,
  ...entityRequests,
  ...modelRequests,
  ...evaluationRequests,
  ...comparisonRequests,
  ...tuningRequests,
  ...alertRequests,
  ...verdictRequests,
  ...suppressionRequests,
  ...workRequests,
  ...belowLineRequests,
  ...historyRequests,
  ...fourEyesRequests,
  ...streamRequests,
  ...exportRequests,
} as const;

export type RequestName = keyof typeof requests;
export type RequestInput<R extends RequestName> = z.input<(typeof requests)[R]['input']>;
export type ParsedRequestInput<R extends RequestName> = z.output<(typeof requests)[R]['input']>;
export type RequestOutput<R extends RequestName> = Exclude<(typeof requests)[R]['output'], undefined>;
