import type { CaseSession } from '../../case/case-session.ts';
import { firstTrainingReasons, firstTrainingSchema, type FirstTraining } from '../../domain/retraining.ts';

const firstTrainingSetting = 'stream.first-training';

/** Keeps on which rows the first model of a stream was trained, and why; said again after every restart. */
export function keepFirstTraining(
  session: CaseSession,
  digest: string,
  rows: number,
  reason: FirstTraining['reason'],
): FirstTraining {
  const span = session.arrays.timeSpan;
  const training = { model: digest, rows, fromMs: span?.first ?? null, toMs: span?.last ?? null, reason };
  session.writableCase.setSetting(firstTrainingSetting, training);
  return training;
}

/** Null where no stream trained the first model of this case. */
export function firstTrainingOf({ openCase }: CaseSession): FirstTraining | null {
  return firstTrainingSchema.safeParse(openCase.setting(firstTrainingSetting)).data ?? null;
}

/** For a person: how many rows, of which time, and why no more. */
export function firstTrainingSentence({ rows, fromMs, toMs, reason }: FirstTraining): string {
  const day = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
  const span = fromMs === null || toMs === null ? '' : ` of ${day(fromMs)} to ${day(toMs)}`;
  return `The first model was trained on the first ${rows.toLocaleString('en-US')} rows${span}: ${firstTrainingReasons[reason]}.`;
}
