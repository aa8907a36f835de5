import {
  auditCase,
  compareTwoModels,
  explainAlerts,
  judgeAlerts,
  listCaseAlerts,
  measureMissed,
  promoteModel,
  reportWork,
  revealPersonal,
  rollBackModel,
  suppressPatterns,
  tuneModel,
} from './case-commands.ts';
import type { WorkContext } from '../domain/progress.ts';
import { runDoctor } from '../jobs/doctor.ts';
import { keepBackups, restoreCase } from '../jobs/backups/keep-backups.ts';
import { mendCase } from '../jobs/backups/mend-case.ts';
import { evaluateModel } from '../jobs/training/evaluate-model.ts';
import { exportCsv } from '../jobs/exporting/export-alerts.ts';
import { serverModels } from '../jobs/exporting/server-models.ts';
import { exportFeatures } from '../jobs/exporting/export-features.ts';
import { exportBigquery } from '../jobs/exporting/export-bigquery.ts';
import { exportKserve, exportKubeflow, exportService, exportSpark } from '../jobs/exporting/export-cluster.ts';
import { exportMlflow } from '../jobs/exporting/export-mlflow.ts';
import { exportOnnxModel } from '../jobs/exporting/export-onnx.ts';
import { reportCase, writeReportTemplate } from '../jobs/exporting/report/report-case.ts';
import { reportFourEyes, takeHandOver, writeHandOver } from '../jobs/exporting/hand-over.ts';
import { makeSealingKey, sealCase, signModel, verifyModel, verifySeal } from '../jobs/exporting/seal.ts';
import { ingestRecordings } from '../jobs/reading/ingest-recordings.ts';
import { pushExports } from '../jobs/exporting/push-exports.ts';
import { listQuarantine } from '../jobs/reading/list-quarantine.ts';
import { retryQuarantine } from '../jobs/reading/retry-quarantine.ts';
import { evaluateRolling } from '../jobs/training/evaluate-rolling.ts';
import { learnFromVerdicts } from '../jobs/training/learn-from-verdicts.ts';
import { reportFeatures } from '../jobs/training/report-features.ts';
import { exportVerdicts, mergeVerdictFiles } from '../jobs/labels/carry-verdicts.ts';
import { importLabels } from '../jobs/labels/import-labels.ts';
import { eraseOld } from '../jobs/privacy/erase-old.ts';
import { lockCase, unlockCase } from '../jobs/privacy/lock-case.ts';
import { shareCase } from '../jobs/privacy/share-case.ts';
import { retainRows } from '../jobs/retain-rows.ts';
import { runMainJob } from '../jobs/run-main-job.ts';
import { scoreRecordings } from '../jobs/scoring/score-recordings.ts';
import { importModel } from '../jobs/training/import-model.ts';
import { measureStability } from '../jobs/training/seed-stability.ts';
import { worthOfThemes } from '../jobs/training/worth-of-themes.ts';
import { feed } from '../jobs/streaming/feed.ts';
import { follow } from '../jobs/streaming/follow.ts';
import { play } from '../jobs/streaming/play.ts';
import { record } from '../jobs/streaming/record.ts';
import { replay } from '../jobs/streaming/replay.ts';
import { simulate } from '../jobs/simulate/simulate.ts';
import { trainModel } from '../jobs/training/train-model.ts';
import { retrain } from '../jobs/retraining/retrain.ts';
import { runPipeline } from '../jobs/retraining/run-pipeline.ts';
import { exportAlerts } from '../jobs/exporting/export-alert-list.ts';
import { exportNarrative } from '../jobs/exporting/export-narrative.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import { jobs, type JobInput, type JobName, type JobResult, type ParsedJobInput } from '../../preload/contract/jobs.ts';
import { reportOf } from './error-report.ts';
import { clearNotice } from './clear-notice.ts';
import { refusedInput } from './refused-input.ts';

type Handlers = {
  readonly [J in JobName]: (input: ParsedJobInput<J>, context: WorkContext) => Promise<JobResult<J>>;
};

const handlers: Handlers = {
  run: runMainJob,
  ingest: ingestRecordings,
  reveal: revealPersonal,
  train: trainModel,
  learn: learnFromVerdicts,
  retrain,
  importModel,
  pipelineRun: runPipeline,
  tune: tuneModel,
  score: scoreRecordings,
  evaluate: evaluateModel,
  explain: explainAlerts,
  compare: compareTwoModels,
  alerts: listCaseAlerts,
  judge: judgeAlerts,
  suppress: suppressPatterns,
  work: reportWork,
  labelImport: importLabels,
  labelExport: exportVerdicts,
  labelMerge: mergeVerdictFiles,
  audit: auditCase,
  fourEyes: reportFourEyes,
  handOver: writeHandOver,
  takeHandOver,
  makeSealingKey,
  seal: sealCase,
  verifySeal,
  signModel,
  backup: keepBackups,
  restore: restoreCase,
  mend: mendCase,
  lock: lockCase,
  unlock: unlockCase,
  verifyModel,
  report: reportCase,
  reportTemplate: writeReportTemplate,
  promote: promoteModel,
  rollback: rollBackModel,
  retain: retainRows,
  share: shareCase,
  erase: eraseOld,
  missed: measureMissed,
  stability: measureStability,
  themes: worthOfThemes,
  exportOnnx: exportOnnxModel,
  exportMlflow,
  exportKserve,
  exportKubeflow,
  exportService,
  exportSpark,
  exportCsv,
  exportFeatures,
  serverModels,
  exportAlerts,
  exportNarrative,
  exportBigquery,
  push: pushExports,
  simulate,
  follow,
  record,
  replay,
  play,
  feed,
  rolling: evaluateRolling,
  features: reportFeatures,
  quarantine: listQuarantine,
  retryQuarantine,
  doctor: runDoctor,
};

/** Runs a job of the contract to its end, in this thread. Its input is parsed here, whatever host it came through. */
export async function runJob<J extends JobName>(
  name: J,
  input: JobInput<J>,
  context: WorkContext,
): Promise<Answer<JobResult<J>>> {
  const parsed = jobs[name].input.safeParse(input);
  if (!parsed.success) return refusedInput(name, parsed.error);
  try {
    // The handler map is typed per job; the compiler cannot relate the parsed union to this one J.
    const data = await handlers[name](parsed.data as ParsedJobInput<J>, context);
    const notice = clearNotice(name, parsed.data, data);
    return { ok: true, data, ...(notice === undefined ? {} : { notice }) };
  } catch (error) {
    return { ok: false, error: reportOf(error, context.signal) };
  }
}
