import { firstTrainingReasons } from '../../engine/domain/retraining.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { count, forestText, heading, pairs, seconds } from './report.ts';
import type { CommandSurroundings } from './surroundings.ts';

/** The end of following a topic, for a person at a terminal. */
export function printFollowReport(result: JobResult<'follow'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  const { model, latencyMs } = result;
  print(heading('Stream'));
  print(
    pairs([
      ['topic', result.topic],
      ['messages', `${count(result.messages)} now, ${count(Math.round(result.messagesPerSecond))} a second on average`],
      ['transactions', `${count(result.rows)} in the case (${count(result.addedRows)} added now)`],
      ['in quarantine', count(result.quarantined)],
      ['waiting', `${count(result.lag)} messages`],
      ...(result.sent.flags === null ? [] : [['flags sent', count(result.sent.flags)] as const]),
      ...(result.sent.deadLetters === null ? [] : [['dead letters sent', count(result.sent.deadLetters)] as const]),
      ...(latencyMs.p50 === null || latencyMs.p99 === null
        ? []
        : [
            [
              'produced to stored',
              `half within ${milliseconds(latencyMs.p50)}, 99 % within ${milliseconds(latencyMs.p99)}`,
            ] as const,
          ]),
      ...(model === null
        ? [['model', 'none yet: too few transactions came'] as const]
        : [
            ['model', `${model.id}  ${model.digest.slice(0, 12)}  ${forestText(model)}`] as const,
            ...(result.training === null || result.training.model !== model.digest
              ? []
              : [
                  [
                    'trained on',
                    `${count(result.training.rows)} rows: ${firstTrainingReasons[result.training.reason]}`,
                  ] as const,
                ]),
            ['alerts', flagsText(result.alerts, result.flagged, result.threshold ?? 0)] as const,
          ]),
      ...(result.flagsDigest === null ? [] : [['flags digest', result.flagsDigest] as const]),
      ['time', seconds(result.totalMs)],
      ['case', result.case],
    ]),
  );
}

/** What was recorded, and where it lies. */
export function printRecordReport(result: JobResult<'record'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(`${count(result.messages)} messages of ${result.topic} recorded; ${result.manifest} names the files.`);
}

/** What was sent into a topic. */
export function printSentReport(result: JobResult<'replay'>, { print }: CommandSurroundings): void {
  print(`${count(result.messages)} messages sent to ${result.topic} in ${seconds(result.totalMs)}.`);
}

/** The end of playing a recording into a case. */
export function printPlayReport(result: JobResult<'play'>, { print, note }: CommandSurroundings): void {
  for (const notice of result.notices) note(`Note: ${notice}`);
  print(heading('Replay'));
  print(
    pairs([
      ['recording', result.recording],
      ['transactions', `${count(result.rows)} in the case (${count(result.addedRows)} added now)`],
      ['in quarantine', count(result.quarantined)],
      ['alerts', flagsText(result.alerts, result.flagged, result.threshold)],
      ['model', `${result.model.id}  ${result.model.digest.slice(0, 12)}`],
      ...(result.flagsDigest === null ? [] : [['flags digest', result.flagsDigest] as const]),
      ['time', seconds(result.totalMs)],
      ['case', result.case],
    ]),
  );
}

function flagsText(alerts: number, flagged: number, threshold: number): string {
  return `${count(alerts)} = ${count(flagged)} flagged transactions, from a score of ${threshold.toFixed(6)}`;
}

function milliseconds(durationMs: number): string {
  return durationMs < 10_000 ? `${Math.round(durationMs)} ms` : seconds(durationMs);
}
