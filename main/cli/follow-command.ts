import { Option, type Command } from 'commander';
import { isTopicAddress } from '../../engine/domain/topic-address.ts';
import type { MessageFrame } from '../../engine/domain/message-frame.ts';
import { usageError } from '../../engine/domain/error.ts';
import type { JobInput } from '../../preload/contract/jobs.ts';
import type { StartingPoint } from '../../preload/contract/streams.ts';
import type { RecentRows, RetrainRule } from '../../engine/domain/retraining.ts';
import { parsePositive, parseWhole } from './flags.ts';
import { trackingServer } from './publish-target.ts';
import { parseRecentRows, parseRetrainRule } from './retrain-command.ts';

export interface FollowFlags {
  readonly follow?: string;
  readonly from?: string;
  readonly trainAfter?: number;
  readonly model?: string;
  readonly trackingUri?: string;
  readonly untilIdle?: number;
  readonly maxMessages?: number;
  readonly metrics?: number;
  readonly metricsHost?: string;
  readonly schemaRegistry?: string;
  readonly frame?: MessageFrame;
  readonly flagsTo?: string;
  readonly deadLetter?: string;
  readonly retrain?: RetrainRule;
  readonly retrainOn?: RecentRows;
  readonly retrainWithoutFraud?: boolean;
  readonly keepChampion?: boolean;
}

/** What `assay run` needs to follow a live topic instead of reading recordings. */
export function addFollowOptions(command: Command): void {
  command
    .option('--follow <topic>', 'follow a live topic instead, kafka://host:port/topic, until Ctrl-C')
    .option(
      '--from <point>',
      'with --follow: earliest (default), latest, an offset, or a time such as 2026-03-02T08:00Z',
    )
    .option(
      '--train-after <rows>',
      'with --follow: train on the first so many rows (default 10000), or on all that the topic has',
      parseWhole(2, 100_000_000),
    )
    .option(
      '--model <name>',
      'with --follow: score with the model of this case instead of training one, or with that of models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/PATH',
    )
    .option('--tracking-uri <address>', 'the MLflow server of models:/ (default: MLFLOW_TRACKING_URI)')
    .option(
      '--retrain <rule>',
      'with --follow: make a challenger when it is due (drift, daily or rows=N) and change over to it where it passes the gate',
      parseRetrainRule,
    )
    .option(
      '--retrain-on <rows>',
      'with --retrain: the newest days or rows it is made of, such as 30d (default) or rows=20000',
      parseRecentRows,
    )
    .option('--retrain-without-fraud', 'with --retrain: rows known to be fraud are not learned from')
    .option('--keep-champion', 'with --retrain: the champion scores on until a person promotes another')
    .option('--until-idle <seconds>', 'with --follow: end when nothing has come for so long', parsePositive)
    .option(
      '--schema-registry <url>',
      'with --follow: messages are Avro, JSON Schema or Protobuf by schemas of this registry, http://host:port',
    )
    .option('--flags-to <topic>', 'with --follow: send every flag to this topic, exactly once')
    .option('--dead-letter <topic>', 'with --follow: send what goes to quarantine to this topic too, exactly once')
    .option('--max-messages <count>', 'with --follow: end after so many messages', parseWhole(1, 2 ** 53 - 1))
    .addOption(
      new Option(
        '--metrics <port>',
        'with --follow: serve Prometheus metrics at http://127.0.0.1:PORT/metrics',
      ).argParser(parseWhole(0, 65_535)),
    )
    .option('--metrics-host <address>', 'with --metrics: where to listen; 0.0.0.0 lets other machines look');
}

/** The part of the job's input that is about following. */
export function followInput(
  topic: string,
  flags: FollowFlags,
): Pick<JobInput<'follow'>, 'topic'> & Partial<JobInput<'follow'>> {
  if (!isTopicAddress(topic))
    throw usageError('WRONG_USE', '--follow takes the address of a topic.', 'Write kafka://localhost:9092/TOPIC.');
  return {
    topic,
    ...(flags.from === undefined ? {} : { from: startingPoint(flags.from) }),
    ...(flags.trainAfter === undefined ? {} : { trainAfterRows: flags.trainAfter }),
    ...(flags.model === undefined ? {} : { model: flags.model, ...trackingServer(flags.trackingUri) }),
    ...(flags.untilIdle === undefined ? {} : { untilIdleMs: flags.untilIdle * 1000 }),
    ...(flags.maxMessages === undefined ? {} : { maxMessages: flags.maxMessages }),
    ...(flags.flagsTo === undefined ? {} : { flagsTo: flags.flagsTo }),
    ...(flags.deadLetter === undefined ? {} : { deadLettersTo: flags.deadLetter }),
    ...(flags.schemaRegistry === undefined ? {} : { schemaRegistry: flags.schemaRegistry }),
    ...(flags.frame === undefined ? {} : { frame: flags.frame }),
    ...(flags.retrain === undefined
      ? {}
      : {
          retrain: {
            when: flags.retrain,
            withoutFraud: flags.retrainWithoutFraud === true,
            promote: flags.keepChampion !== true,
            ...(flags.retrainOn === undefined ? {} : { recent: flags.retrainOn }),
          },
        }),
    ...(flags.metrics === undefined ? {} : { metricsPort: flags.metrics }),
    ...(flags.metricsHost === undefined ? {} : { metricsHost: flags.metricsHost }),
  };
}

/** Reads `--from`. */
export function startingPoint(text: string): StartingPoint {
  if (text === 'earliest' || text === 'latest') return { kind: text };
  if (/^\d+$/.test(text)) return { kind: 'offset', offset: Number(text) };
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs))
    throw usageError(
      'WRONG_USE',
      `--from ${text} is no place to begin.`,
      'Give earliest, latest, an offset or a time.',
    );
  return { kind: 'time', timeMs };
}
