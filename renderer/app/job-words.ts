import type { Progress } from '../../engine/domain/progress.ts';
import type { StreamFigures } from '../../engine/domain/stream-figures.ts';
import type { JobName } from '../../preload/contract/jobs.ts';
import { formatBytes, formatCount } from '../data/format.ts';

/** What a job is doing, while no report says it better. */
const jobTitles: Readonly<Partial<Record<JobName, string>>> = {
  run: 'Reading and training',
  ingest: 'Reading',
  train: 'Training',
  learn: 'Learning from verdicts',
  retrain: 'Retraining',
  importModel: 'Importing a model',
  takeOver: 'Taking over a model',
  serverModels: 'Asking the tracking server',
  tune: 'Moving the line',
  score: 'Scoring',
  evaluate: 'Evaluating',
  exportOnnx: 'Writing ONNX',
  exportAlerts: 'Writing the alerts',
  audit: 'Writing the history',
  exportNarrative: 'Writing the narrative',
  exportMlflow: 'Publishing to MLflow',
  exportKserve: 'Writing the KServe files',
  exportKubeflow: 'Writing the pipeline',
  exportSpark: 'Writing the Spark job',
  exportBigquery: 'Sending to BigQuery',
  push: 'Sending what waits',
  simulate: 'Simulating',
  compare: 'Comparing',
  missed: 'Reading verdicts below the line',
  stability: 'Trying other seeds',
  themes: 'Leaving out each theme',
  explain: 'Explaining',
  follow: 'Following',
  record: 'Recording',
  replay: 'Replaying',
  play: 'Replaying',
  retryQuarantine: 'Retrying',
  retain: 'Removing old rows',
  report: 'Writing the report',
  reportTemplate: 'Writing the template of reports',
  reveal: 'Showing a text',
  share: 'Making a copy to share',
  backup: 'Copying the case',
  restore: 'Restoring a backup',
  mend: 'Mending the case',
  lock: 'Locking the case',
  unlock: 'Unlocking the case',
};

export function jobTitle(name: JobName): string {
  return jobTitles[name] ?? name;
}

const phases: Readonly<Record<Progress['phase'], string>> = {
  read: 'Reading',
  profile: 'Looking at the columns',
  features: 'Computing features',
  train: 'Growing trees',
  score: 'Scoring',
  store: 'Storing',
  evaluate: 'Evaluating',
  export: 'Writing',
  simulate: 'Simulating',
  explain: 'Explaining',
  record: 'Recording',
  follow: 'Following',
  replay: 'Replaying',
  compact: 'Merging segments',
  backup: 'Copying the case',
  mend: 'Mending the case',
  lock: 'Encrypting the case',
};

/** `Following · 41,200/s · 3 flagged`. */
function streamWords(name: JobName, { isPaused, messagesPerSecond, flagged, hasModel }: StreamFigures): string {
  const rate = isPaused ? 'paused' : `${formatCount(messagesPerSecond)}/s`;
  return `${jobTitle(name)} · ${rate} · ${hasModel ? `${formatCount(flagged)} flagged` : 'no model yet'}`;
}

/** `Reading 41 MB of 158 MB`. */
export function progressWords(name: JobName, progress: Progress | null): string {
  if (progress === null) return jobTitle(name);
  if (progress.stream !== undefined) return streamWords(name, progress.stream);
  const amount = (value: number): string =>
    progress.unit === 'bytes' ? formatBytes(value) : formatCount(Math.floor(value));
  const unit = progress.unit === 'bytes' ? '' : ` ${progress.unit}`;
  const of = progress.total === null ? '' : ` of ${amount(progress.total)}`;
  return `${phases[progress.phase]} ${amount(progress.done)}${of}${unit}`;
}
