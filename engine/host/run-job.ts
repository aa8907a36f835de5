import type { WorkContext } from '../domain/progress.ts';
import type { Answer } from '../../preload/contract/envelope.ts';
import { jobs, type JobInput, type JobName, type JobResult, type ParsedJobInput } from '../../preload/contract/jobs.ts';
import { reportOf } from './error-report.ts';
import { clearNotice } from './clear-notice.ts';
import { refusedInput } from './refused-input.ts';

type Handler<J extends JobName> = (input: ParsedJobInput<J>, context: WorkContext) => Promise<JobResult<J>>;

/** How each job is done; its code is loaded when it is asked for first, so that no command waits for what it does not use. */
const handlers: { readonly [J in JobName]: () => Promise<Handler<J>> } = {
  run: async () => (await import('../jobs/run-main-job.ts')).runMainJob,
  ingest: async () => (await import('../jobs/reading/ingest-recordings.ts')).ingestRecordings,
  reveal: async () => (await import('./case-commands.ts')).revealPersonal,
  train: async () => (await import('../jobs/training/train-model.ts')).trainModel,
  learn: async () => (await import('../jobs/training/learn-from-verdicts.ts')).learnFromVerdicts,
  retrain: async () => (await import('../jobs/retraining/retrain.ts')).retrain,
  importModel: async () => (await import('../jobs/training/import-model.ts')).importModel,
  takeOver: async () => (await import('../jobs/training/take-over-model.ts')).takeOverModel,
  pipelineRun: async () => (await import('../jobs/retraining/run-pipeline.ts')).runPipeline,
  tune: async () => (await import('./case-commands.ts')).tuneModel,
  score: async () => (await import('../jobs/scoring/score-recordings.ts')).scoreRecordings,
  evaluate: async () => (await import('../jobs/training/evaluate-model.ts')).evaluateModel,
  explain: async () => (await import('./case-commands.ts')).explainAlerts,
  compare: async () => (await import('./case-commands.ts')).compareTwoModels,
  alerts: async () => (await import('./case-commands.ts')).listCaseAlerts,
  judge: async () => (await import('./case-commands.ts')).judgeAlerts,
  suppress: async () => (await import('./case-commands.ts')).suppressPatterns,
  work: async () => (await import('./case-commands.ts')).reportWork,
  labelImport: async () => (await import('../jobs/labels/import-labels.ts')).importLabels,
  labelExport: async () => (await import('../jobs/labels/carry-verdicts.ts')).exportVerdicts,
  labelMerge: async () => (await import('../jobs/labels/carry-verdicts.ts')).mergeVerdictFiles,
  audit: async () => (await import('./case-commands.ts')).auditCase,
  fourEyes: async () => (await import('../jobs/exporting/hand-over.ts')).reportFourEyes,
  handOver: async () => (await import('../jobs/exporting/hand-over.ts')).writeHandOver,
  takeHandOver: async () => (await import('../jobs/exporting/hand-over.ts')).takeHandOver,
  makeSealingKey: async () => (await import('../jobs/exporting/seal.ts')).makeSealingKey,
  seal: async () => (await import('../jobs/exporting/seal.ts')).sealCase,
  verifySeal: async () => (await import('../jobs/exporting/seal.ts')).verifySeal,
  signModel: async () => (await import('../jobs/exporting/seal.ts')).signModel,
  backup: async () => (await import('../jobs/backups/keep-backups.ts')).keepBackups,
  restore: async () => (await import('../jobs/backups/keep-backups.ts')).restoreCase,
  mend: async () => (await import('../jobs/backups/mend-case.ts')).mendCase,
  lock: async () => (await import('../jobs/privacy/lock-case.ts')).lockCase,
  unlock: async () => (await import('../jobs/privacy/lock-case.ts')).unlockCase,
  verifyModel: async () => (await import('../jobs/exporting/seal.ts')).verifyModel,
  report: async () => (await import('../jobs/exporting/report/report-case.ts')).reportCase,
  reportTemplate: async () => (await import('../jobs/exporting/report/report-case.ts')).writeReportTemplate,
  promote: async () => (await import('./case-commands.ts')).promoteModel,
  rollback: async () => (await import('./case-commands.ts')).rollBackModel,
  retain: async () => (await import('../jobs/retain-rows.ts')).retainRows,
  share: async () => (await import('../jobs/privacy/share-case.ts')).shareCase,
  erase: async () => (await import('../jobs/privacy/erase-old.ts')).eraseOld,
  missed: async () => (await import('./case-commands.ts')).measureMissed,
  stability: async () => (await import('../jobs/training/seed-stability.ts')).measureStability,
  themes: async () => (await import('../jobs/training/worth-of-themes.ts')).worthOfThemes,
  exportOnnx: async () => (await import('../jobs/exporting/export-onnx.ts')).exportOnnxModel,
  exportMlflow: async () => (await import('../jobs/exporting/export-mlflow.ts')).exportMlflow,
  exportKserve: async () => (await import('../jobs/exporting/export-cluster.ts')).exportKserve,
  exportKubeflow: async () => (await import('../jobs/exporting/export-cluster.ts')).exportKubeflow,
  exportService: async () => (await import('../jobs/exporting/export-cluster.ts')).exportService,
  exportSpark: async () => (await import('../jobs/exporting/export-cluster.ts')).exportSpark,
  exportCsv: async () => (await import('../jobs/exporting/export-alerts.ts')).exportCsv,
  exportFeatures: async () => (await import('../jobs/exporting/export-features.ts')).exportFeatures,
  serverModels: async () => (await import('../jobs/exporting/server-models.ts')).serverModels,
  exportAlerts: async () => (await import('../jobs/exporting/export-alert-list.ts')).exportAlerts,
  exportNarrative: async () => (await import('../jobs/exporting/export-narrative.ts')).exportNarrative,
  exportBigquery: async () => (await import('../jobs/exporting/export-bigquery.ts')).exportBigquery,
  push: async () => (await import('../jobs/exporting/push-exports.ts')).pushExports,
  simulate: async () => (await import('../jobs/simulate/simulate.ts')).simulate,
  follow: async () => (await import('../jobs/streaming/follow.ts')).follow,
  record: async () => (await import('../jobs/streaming/record.ts')).record,
  replay: async () => (await import('../jobs/streaming/replay.ts')).replay,
  play: async () => (await import('../jobs/streaming/play.ts')).play,
  feed: async () => (await import('../jobs/streaming/feed.ts')).feed,
  rolling: async () => (await import('../jobs/training/evaluate-rolling.ts')).evaluateRolling,
  features: async () => (await import('../jobs/training/report-features.ts')).reportFeatures,
  quarantine: async () => (await import('../jobs/reading/list-quarantine.ts')).listQuarantine,
  retryQuarantine: async () => (await import('../jobs/reading/retry-quarantine.ts')).retryQuarantine,
  doctor: async () => (await import('../jobs/doctor.ts')).runDoctor,
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
    const handler = await handlers[name]();
    // The handler map is typed per job; the compiler cannot relate the parsed union to this one J.
    const data = await handler(parsed.data as ParsedJobInput<J>, context);
    const notice = clearNotice(name, parsed.data, data);
    return { ok: true, data, ...(notice === undefined ? {} : { notice }) };
  } catch (error) {
    return { ok: false, error: reportOf(error, context.signal) };
  }
}
