import { z } from 'zod';
import { messageFrames } from '../../engine/domain/message-frame.ts';
import { statedFormatSchema } from '../../engine/domain/stated-format.ts';
import { firstTrainingSchema, recentRowsSchema, retrainRuleSchema } from '../../engine/domain/retraining.ts';
import { streamCommandSchema } from '../../engine/domain/stream-figures.ts';
import { type SaslMechanism, saslMechanisms } from '../../engine/domain/topic-address.ts';
import { modelSummarySchema } from './models.ts';
import { nothing, notice, outputChoice, path, request, rowOrder } from './parts.ts';
import { columnReportSchema } from './recordings.ts';
import { trainInput } from './training.ts';

/* Topics and recordings that run: following, recording, playing, and how to enter brokers. */

/** Where reading a topic begins. */
export const startingPointSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('earliest') }),
  z.object({ kind: z.literal('latest') }),
  z.object({ kind: z.literal('offset'), offset: z.number().int().min(0) }),
  z.object({ kind: z.literal('time'), timeMs: z.number().int() }),
]);
export type StartingPoint = z.infer<typeof startingPointSchema>;

export const streamJobs = {
  follow: {
    input: trainInput.extend({
      topic: z.string().describe('kafka://host:port/topic'),
      from: startingPointSchema.default({ kind: 'earliest' }).describe('for partitions that the case has not read'),
      /** The first model is trained on exactly the first so many rows. */
      trainAfterRows: z.number().int().min(2).default(10_000),
      model: path
        .optional()
        .describe('a case whose model scores, instead of one trained here, or the address of one at a tracking server'),
      trackingUri: z.string().min(1).optional().describe('the server of a models:/ or runs:/ address'),
      untilIdleMs: z.number().positive().optional(),
      maxMessages: z.number().int().min(1).optional(),
      metricsPort: z.number().int().min(0).max(65_535).optional(),
      flagsTo: z.string().optional().describe('a topic that gets every flag: its name, or an address of its own'),
      deadLettersTo: z.string().optional().describe('a topic that gets what goes to quarantine'),
      metricsHost: z.string().min(1).default('127.0.0.1').describe('where the figures are served'),
      schemaRegistry: z
        .string()
        .optional()
        .describe('http://host:port of the registry that knows the schemas of the messages'),
      frame: z
        .enum(messageFrames)
        .optional()
        .describe('what lies around each record; where it is not said, a topic that seems to have one is refused'),
      retrain: z
        .object({
          when: retrainRuleSchema,
          recent: recentRowsSchema.optional(),
          withoutFraud: z.boolean().default(false),
          promote: z.boolean().default(true).describe('a challenger that passes the gate scores from then on'),
        })
        .optional()
        .describe('challengers are made by a rule while the stream goes on'),
    }),
    result: z.object({
      topic: z.string(),
      messages: z.number().int().describe('taken now, rows and quarantined'),
      rows: z.number().int(),
      addedRows: z.number().int(),
      quarantined: z.number().int(),
      alerts: z.number().int(),
      flagged: z.number().int().describe('transactions'),
      threshold: z.number().nullable(),
      model: modelSummarySchema.nullable(),
      scoredBy: z
        .array(z.object({ digest: z.string(), fromRow: z.number().int() }))
        .describe('the models that scored the stream as it came, each from a row on, counted from 0'),
      training: firstTrainingSchema
        .nullable()
        .describe('the rows that the first model of this stream was trained on, and why no more'),
      flagsDigest: z.string().nullable().describe('SHA-256 over id, sum and flag of every row of the case, in order'),
      sent: z
        .object({ flags: z.number().int().nullable(), deadLetters: z.number().int().nullable() })
        .describe('messages written to other topics now; null where that was not asked for'),
      lag: z.number().int(),
      messagesPerSecond: z.number(),
      latencyMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
      columns: z.array(columnReportSchema),
      order: rowOrder,
      notices: z.array(notice),
      totalMs: z.number(),
      case: path,
    }),
  },
  record: {
    input: z.object({
      topic: z.string(),
      ...outputChoice,
      output: path.describe('a folder'),
      from: startingPointSchema.default({ kind: 'earliest' }),
      rotateBytes: z.number().int().min(1).default(268_435_456).describe('content of one file, not compressed'),
      untilIdleMs: z.number().positive().optional(),
      maxMessages: z.number().int().min(1).optional(),
    }),
    result: z.object({
      topic: z.string(),
      messages: z.number().int(),
      files: z.array(path),
      manifest: path,
      notices: z.array(notice),
    }),
  },
  replay: {
    input: z.object({
      recording: path.describe('a file, or a folder that was recorded'),
      topic: z.string(),
      speed: z.number().positive().nullable().default(1).describe('1 is as recorded, null as fast as possible'),
      fromTimeMs: z.number().optional(),
      format: statedFormatSchema.default({}),
      maxMessages: z.number().int().min(1).optional(),
    }),
    result: z.object({ topic: z.string(), messages: z.number().int(), totalMs: z.number() }),
  },
  play: {
    input: z.object({
      recording: path.describe('a file, or a folder that was recorded'),
      casePath: path,
      model: path.optional().describe('a case whose model scores, or the address of one at a tracking server'),
      trackingUri: z.string().min(1).optional().describe('the server of a models:/ or runs:/ address'),
      speed: z.number().positive().nullable().default(null).describe('1 is as recorded, null as fast as possible'),
      fromTimeMs: z.number().optional().describe('what is older comes as fast as possible'),
      format: statedFormatSchema.default({}),
      startsPaused: z.boolean().default(false),
    }),
    result: z.object({
      recording: path,
      rows: z.number().int(),
      addedRows: z.number().int(),
      quarantined: z.number().int(),
      alerts: z.number().int(),
      flagged: z.number().int().describe('transactions'),
      threshold: z.number(),
      model: modelSummarySchema,
      flagsDigest: z.string().nullable().describe('SHA-256 over id, sum and flag of every row of the case, in order'),
      order: rowOrder,
      notices: z.array(notice),
      totalMs: z.number(),
      case: path,
    }),
  },
} as const;

const brokers = z.string().min(1).max(2000).describe('host:port, separated by commas');

/** How to enter brokers: as the environment says, or as a person says in the window. */
export const kafkaEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('environment') }),
  z.object({
    kind: z.literal('stated'),
    tls: z.boolean(),
    /** PEM file of the authority that signed the brokers, where the system does not know it. */
    caPath: z.union([path, z.literal('')]).default(''),
    login: z
      .object({
        mechanism: z.enum(saslMechanisms),
        username: z.string().min(1).max(1000),
        /** Absent where the one given before for these brokers and this user holds. */
        password: z.string().max(10_000).optional(),
      })
      .nullable(),
  }),
]);
export type KafkaEntry = z.input<typeof kafkaEntrySchema>;

export const streamRequests = {
  /**
   * Keeps how to enter these brokers, in memory only. A host with a system keychain keeps it there where `keep` says so,
   * and answers `kept`.
   */
  'kafka.signIn': request<{ readonly kept: boolean }>()(
    z.object({ brokers, entry: kafkaEntrySchema, keep: z.boolean().default(false) }),
  ),
  /** What is known of how to enter these brokers; never the password. */
  'kafka.entry': request<{
    readonly from: 'window' | 'environment' | 'nowhere';
    readonly tls: boolean;
    readonly mechanism: SaslMechanism | null;
    readonly username: string | null;
  }>()(z.object({ brokers })),
  /** Tries a connection step by step; the first bad step is the last. */
  'kafka.test': request<
    readonly {
      readonly step: 'reach' | 'encryption' | 'login' | 'topic' | 'permission';
      readonly isGood: boolean;
      readonly sentence: string;
      readonly nextStep?: string;
    }[]
  >()(z.object({ brokers, topic: z.string().max(249) })),
  'kafka.topics': request<
    readonly { readonly name: string; readonly partitions: number; readonly messages: number | null }[]
  >()(z.object({ brokers })),
  /** The first messages a topic still has; nothing is stored. */
  'kafka.peek': request<
    readonly {
      readonly partition: number;
      readonly offset: number;
      readonly timestampMs: number;
      readonly key: string | null;
      /** Null is a tombstone; a long one is cut. */
      readonly text: string | null;
      readonly bytes: number;
    }[]
  >()(z.object({ brokers, topic: z.string().min(1).max(249), limit: z.number().int().min(1).max(50).default(20) })),
  /** Figures of the stream that runs, in Prometheus' text form. */
  'metrics.read': request<{ readonly text: string }>()(nothing),
  /** Asks something of a running stream job. */
  'job.command': request<null>()(z.object({ jobId: z.string(), command: streamCommandSchema })),
} as const;
