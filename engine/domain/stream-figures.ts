import { z } from 'zod';
import { path } from './path-fields.ts';

/** What a person should know of a stream while it runs; `key` stays the same while the sentence is brought up to date. */
export interface StreamNotice {
  readonly key: string;
  readonly atMs: number;
  readonly sentence: string;
}

/** Where a running stream stands: a topic that is followed, or a recording that is played into a case. */
export interface StreamFigures {
  /** Address of the topic, or path of the recording. */
  readonly source: string;
  readonly casePath: string;
  readonly isPaused: boolean;
  /** Since the job began. */
  readonly messages: number;
  readonly rows: number;
  readonly flagged: number;
  readonly quarantined: number;
  /** Over the last seconds. */
  readonly messagesPerSecond: number;
  /** Flagged share of the rows of the last seconds; null without a model, or where no row came. */
  readonly flaggedShare: number | null;
  /** Messages not taken yet, by partition; empty for a recording. */
  readonly lag: readonly { readonly partition: number; readonly messages: number }[];
  /** From the time of a message to its being on the disk. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  readonly hasModel: boolean;
  /** Event time of the newest row; null where the rows have none. */
  readonly positionMs: number | null;
  /** How far each feature has moved from the training; empty until enough rows came. */
  readonly drift: readonly { readonly feature: string; readonly psi: number; readonly ks: number }[];
  /** The recording being made of this stream. */
  readonly recording: { readonly folder: string; readonly messages: number } | null;
  /** Of a recording that is played: its speed (null is as fast as possible), and the time it is on its way to. */
  readonly replay: { readonly speed: number | null; readonly seekMs: number | null } | null;
  /** The newest last. */
  readonly notices: readonly StreamNotice[];
}

/** What may be asked of a running stream. A job that has no use for a command passes it over. */
export const streamCommandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pause') }),
  z.object({ kind: z.literal('resume') }),
  /** So many more rows, then paused again. */
  z.object({ kind: z.literal('step'), rows: z.number().int().min(1).max(1_000_000).default(1) }),
  /** 1 is as recorded; null is as fast as possible. */
  z.object({ kind: z.literal('speed'), speed: z.number().positive().nullable() }),
  /** On to the first row at or after this event time, as fast as possible; what lies between is read all the same. */
  z.object({ kind: z.literal('seek'), timeMs: z.number() }),
  /** Records what comes from now on into a new folder. */
  z.object({ kind: z.literal('record'), output: path }),
  z.object({ kind: z.literal('stop-recording') }),
]);
export type StreamCommand = z.output<typeof streamCommandSchema>;
