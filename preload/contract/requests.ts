import { z } from 'zod';
import { profileOverridesSchema } from '../../engine/domain/profile.ts';
import type { FeatureSpec } from '../../engine/domain/feature-spec.ts';
import type { ForestParameters } from '../../engine/domain/model.ts';
import type { RecordingFormat } from '../../engine/domain/record-batch.ts';
import { streamCommandSchema } from '../../engine/domain/stream-figures.ts';
import { saslMechanisms, type SaslMechanism } from '../../engine/domain/topic-address.ts';
import { alertGroupingChoiceSchema, type AlertEntityRole, type AlertGap } from '../../engine/domain/alert-grouping.ts';
import { alertFilterSchema, alertSortSchema } from './alert-choice.ts';
import { belowLineSampleSchema, type BelowLineReport } from './below-line.ts';
import {
  auditFilterSchema,
  comparisonLineSchema,
  thresholdHandleSchema,
  type ColumnReport,
  type Line,
  type LabelConflict,
  type ModelComparison,
  type ThresholdHandle,
} from './jobs.ts';
import { settingsSchema, type Settings } from './settings.ts';
import { dismissalReasons, verdictKinds, type DismissalReason, type VerdictKind } from './verdicts.ts';

export type { AlertFilter } from './alert-choice.ts';

/*
 * Every short question a window may ask of the engine, and every small change it may make. Inputs are untrusted
 * and parsed by the engine; outputs are built by the engine and only typed. Long work is a job (jobs.ts).
 * Names are `noun.verb`. Times are epoch milliseconds UTC. Pages are keyset pages of at most 500 rows.
 */

export const PAGE_ROWS = 500;

const pageLimit = z.number().int().min(1).max(PAGE_ROWS).default(200);
const modelId = z.number().int().positive();
const nothing = z.object({});

/** Marks what a request gives; exists for the type only. */
interface Request<Input extends z.ZodType, Output> {
  readonly input: Input;
  readonly output?: Output;
}
const request =
  <Output>() =>
  <Input extends z.ZodType>(input: Input): Request<Input, Output> => ({ input });

export interface CaseOverview {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly rows: number;
  readonly quarantined: number;
  readonly timeZone: string;
  /** Three-letter code where all amounts share one that is known. */
  readonly currency: string | null;
  readonly firstEventMs: number | null;
  readonly lastEventMs: number | null;
  readonly days: number;
  readonly hasLabels: boolean;
  /** The role whose equal values make one alert, for example 'card', and its column. */
  readonly alertEntity: { readonly role: string; readonly column: string } | null;
  /** Roles that could make one alert in this case. */
  readonly alertEntityRoles: readonly AlertEntityRole[];
  /** How flagged transactions of one entity follow each other in one alert. */
  readonly alertGap: AlertGap;
  /** Transactions of which a verdict says other than the label column. */
  readonly labelConflicts: number;
  /** The other side of a transaction: 'terminal' or 'merchant', and its column. */
  readonly counterpart: { readonly role: string; readonly column: string } | null;
  readonly sources: readonly {
    readonly id: number;
    readonly uri: string;
    readonly kind: string;
    readonly format: RecordingFormat | null;
    readonly rows: number;
    readonly quarantined: number;
    readonly complete: boolean;
    readonly addedAtMs: number;
    /** What the file was when it was read to its end. */
    readonly file: { readonly storedBytes: number; readonly sha256: string } | null;
  }[];
  readonly models: number;
  readonly championId: number | null;
  readonly readOnly: boolean;
}

export interface ModelListItem {
  readonly id: number;
  readonly name: string;
  readonly digest: string;
  readonly parameters: ForestParameters;
  readonly features: readonly string[];
  /** The same features in a few words each. */
  readonly featureLabels: readonly string[];
  /** Those of the features that look at other transactions than their own. */
  readonly featuresOverTime: readonly string[];
  readonly trainedRows: number;
  readonly createdAtMs: number;
  readonly isChampion: boolean;
  readonly thresholdUnits: number;
  readonly threshold: number;
  readonly flagged: number;
  readonly alerts: number;
  /** The handle that set the threshold; null where it was set by a score or by hand. */
  readonly handle: ThresholdHandle | null;
  /** False where rows came in after this model scored. */
  readonly scoresAllRows: boolean;
}

export interface TuningPoint {
  readonly thresholdUnits: number;
  readonly threshold: number;
  /** Flagged transactions. */
  readonly flagged: number;
  readonly contamination: number;
  readonly alerts: number;
  /** Alerts that open a day, in the mean over the days of the stream. */
  readonly alertsPerDay: number | null;
  /** Alerts that open on each day of the stream, in day order; empty without event times. */
  readonly byDay: Uint32Array;
  readonly precision: number | null;
  readonly recall: number | null;
  /** On what precision and recall stand; null where nothing is known. */
  readonly basis: LabelBasis | null;
  /** What precision and recall were counted from, and how sure they are; null where no row is judged. */
  readonly judged: JudgedFlags | null;
  /** The same by the label column alone, by verdicts alone, and by both, as far as there are any. */
  readonly quality: readonly { readonly basis: LabelBasis; readonly judged: JudgedFlags }[];
}

/** On what a figure of quality stands: the label column, verdicts, or the column and verdicts where it says nothing. */
export type LabelBasis = 'labels' | 'verdicts' | 'both';

/** 95 % intervals by Wilson's score, from the rows that the label column judges and from verdicts, each counted once. */
export interface JudgedFlags {
  readonly flaggedFrauds: number;
  readonly flagged: number;
  readonly frauds: number;
  readonly precision: readonly [low: number, high: number] | null;
  readonly recall: readonly [low: number, high: number] | null;
}

export interface TuningView {
  readonly model: ModelListItem;
  readonly rows: number;
  /** Start of each day of the stream. */
  readonly days: readonly number[];
  readonly histogram: {
    readonly edges: Float64Array;
    readonly counts: Uint32Array;
    /** Rows known to be fraud (labels, then verdicts), and known to be legitimate by verdict; null when none. */
    readonly fraud: Uint32Array | null;
    readonly legitimate: Uint32Array | null;
  };
  readonly point: TuningPoint;
  /** What set the line, in words. */
  readonly line: Line;
  /** Share of fraud among the labelled rows: the line that chance reaches. Null without labels. */
  readonly prevalence: number | null;
  readonly curve: readonly { readonly thresholdUnits: number; readonly precision: number; readonly recall: number }[];
  /** This model first, then the trivial baselines. */
  readonly rankings: readonly {
    readonly name: string;
    readonly isModel: boolean;
    readonly auroc: number | null;
    readonly auprc: number | null;
    readonly cardPrecisionTop100: number | null;
    readonly curve: readonly { readonly precision: number; readonly recall: number }[];
  }[];
  /** True while the rankings of a large case are still being computed; `tuning.rankingsReady` tells when they are there. */
  readonly rankingsPending: boolean;
  readonly features: readonly {
    readonly name: string;
    /** A few words, for lists; `description` is the whole phrase. */
    readonly label: string;
    readonly description: string;
    readonly usesLabels: boolean;
    /** False for a feature that the model does without and another model of the case has; its counts are empty. */
    readonly isUsed: boolean;
    /** A small histogram over all rows, and over the flagged ones. */
    readonly counts: Uint32Array;
    readonly flaggedCounts: Uint32Array;
  }[];
}

/** One alert: the flagged transactions of one entity that follow each other closely (see `CaseOverview.alertGap`). */
export interface AlertRow {
  /** `#` and the sequence of its most anomalous transaction; finds the alert that holds it after any change. */
  readonly key: string;
  readonly entity: string;
  readonly score: number;
  /** Sequence of its most anomalous flagged transaction. */
  readonly topSequence: number;
  readonly topId: string;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly timeMs: number | null;
  /** Time of its first flagged transaction: it counts on that day. */
  readonly opensMs: number | null;
  readonly counterpart: string | null;
  readonly flaggedTransactions: number;
  /** Transactions of the entity in the whole case. */
  readonly transactions: number;
  /** The strongest reason as a short phrase; empty until it was computed. */
  readonly firstReason: string;
  /** The verdict that closes it; null while it is open. */
  readonly verdict: VerdictKind | null;
  /** Set where flags that no verdict was shown opened it again. */
  readonly reopened: {
    readonly kind: VerdictKind;
    readonly decidedAtMs: number;
    readonly newTransactions: number;
  } | null;
  readonly snoozedUntilMs: number | null;
  readonly hasNote: boolean;
  /** Where a list is filtered by transactions: the most anomalous one that passes, or that opens the alert on its day. */
  readonly matched: Pick<
    AlertDetail['transactions'][number],
    'sequence' | 'id' | 'timeMs' | 'amount' | 'counterpart'
  > | null;
}

/** One sampled transaction below the line. Nothing in it tells what the model thinks of it. */
export type BelowLineRow = Pick<
  AlertRow,
  'key' | 'entity' | 'amount' | 'currency' | 'timeMs' | 'counterpart' | 'verdict' | 'snoozedUntilMs' | 'hasNote'
> & { readonly id: string };

export interface Verdict {
  readonly id: number;
  readonly alertKey: string;
  readonly kind: VerdictKind;
  readonly reason: string | null;
  /** How many transactions it speaks for. */
  readonly transactions: number;
  readonly closedUntilMs: number | null;
  readonly decidedAtMs: number;
  readonly decidedBy: string;
  /** Kept as they were when decided; a closed alert is never re-scored silently. */
  readonly scoreAtDecision: number;
  readonly modelDigest: string;
}

export interface AlertDetail {
  readonly row: AlertRow;
  readonly rank: number;
  readonly of: number;
  /** The verdict that stands, with the score as it was then; null while the alert is open. */
  readonly decision: {
    readonly kind: VerdictKind;
    readonly reason: DismissalReason | null;
    readonly decidedAtMs: number;
    readonly decidedBy: string;
    readonly scoreAtDecision: number;
    /** False where another model, or none of this case, gave that score. */
    readonly isSameModel: boolean;
    /** Flagged transactions of the alert that it speaks for. */
    readonly transactions: number;
    /** Flagged transactions that it was not shown and that opened the alert again. */
    readonly newSequences: readonly number[];
    readonly closedUntilMs: number | null;
  } | null;
  /** Verdicts on other alerts of the same entity, newest first. */
  readonly earlier: readonly {
    readonly kind: VerdictKind;
    readonly reason: DismissalReason | null;
    readonly decidedAtMs: number;
    readonly decidedBy: string;
    /** Its most anomalous transaction, by which the alert is found. */
    readonly key: string;
    readonly timeMs: number | null;
    readonly transactions: number;
  }[];
  readonly facts: readonly { readonly label: string; readonly value: string; readonly isEmphasised: boolean }[];
  /** At most five, then the rest; in edges of path length. They add up to `baseline - pathLength`. */
  readonly contributions: readonly {
    readonly feature: string;
    /** A few words, for lists; `description` is the whole phrase. */
    readonly label: string;
    readonly description: string;
    readonly value: string;
    readonly amount: number;
  }[];
  readonly restContribution: number;
  readonly restCount: number;
  readonly baseline: number;
  readonly pathLength: number;
  readonly sentence: string;
  readonly smallestChanges: readonly string[];
  /** Every transaction of the entity within 15 days before and after. */
  readonly strip: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly timesMs: Float64Array;
    readonly amounts: Float64Array;
    readonly flagged: Uint8Array;
    readonly sequences: Float64Array;
    /** 5th and 95th percentile of the entity's amounts before the alert; null with fewer than 5. */
    readonly normalLow: number | null;
    readonly normalHigh: number | null;
  };
  readonly transactions: readonly {
    readonly sequence: number;
    readonly id: string;
    readonly timeMs: number | null;
    readonly amount: number | null;
    readonly counterpart: string | null;
    readonly score: number;
    /** Whether it is one of the flagged transactions of this alert. */
    readonly flagged: boolean;
    /** The verdict that speaks for it. */
    readonly verdict: VerdictKind | null;
  }[];
  readonly similar: {
    readonly alerts: readonly {
      readonly key: string;
      /** Its entity, or the id of its transaction. */
      readonly name: string;
      readonly score: number;
      readonly sharedReasons: string;
      readonly verdict: VerdictKind | null;
      readonly reason: DismissalReason | null;
    }[];
    readonly decided: number;
    readonly fraud: number;
  };
  readonly received: {
    readonly text: string;
    readonly source: string;
    readonly line: number;
    readonly byteOffset: number;
  };
  readonly history: readonly HistoryEntry[];
  readonly notes: readonly {
    readonly id: number;
    readonly text: string;
    readonly writtenAtMs: number;
    readonly writtenBy: string;
  }[];
}

/** What a sentence of a narrative answers; `decision` is what the analyst recorded. */
export const narrativeTopics = ['who', 'what', 'when', 'where', 'why', 'how', 'decision'] as const;
export type NarrativeTopic = (typeof narrativeTopics)[number];

/** A draft about a decided alert, of facts of the case only. */
export interface Narrative {
  readonly title: string;
  readonly sentences: readonly {
    readonly topic: NarrativeTopic;
    readonly text: string;
    /** The first of those that the sentence stands on; `transactionCount` counts them all. */
    readonly transactions: readonly { readonly sequence: number; readonly id: string }[];
    readonly transactionCount: number;
  }[];
  /** The whole as plain text, every sentence with the ids of its transactions. */
  readonly text: string;
}

export interface HistoryEntry {
  readonly atMs: number;
  readonly by: string;
  readonly what: string;
}

/** One link of the history of a case. */
export interface AuditEntry extends HistoryEntry {
  readonly id: number;
  readonly hash: string;
  /** What was changed, as JSON. */
  readonly details: string;
  /** The alert it is about, by its entity, and how many more; empty where it is about none. */
  readonly about: string;
}

export interface TransactionPage {
  readonly columns: readonly string[];
  /** How each column was read: numbers stand right, times are ISO 8601 in UTC. */
  readonly kinds: readonly ColumnReport['kind'][];
  readonly rows: readonly {
    readonly sequence: number;
    readonly score: number | null;
    readonly flagged: boolean;
    readonly cells: readonly string[];
  }[];
  readonly next: number | null;
}

export interface Density {
  readonly xEdges: Float64Array;
  readonly yEdges: Float64Array;
  /** Row-major counts: y of the rows, x of the columns. */
  readonly counts: Uint32Array;
  readonly flaggedCounts: Uint32Array;
}

export const exploreFilterSchema = z.object({
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  minimumAmount: z.number().optional(),
  maximumAmount: z.number().optional(),
});

const brokers = z.string().min(1).max(2000).describe('host:port, separated by commas');

/** How to enter brokers: as the environment says, or as a person says in the window. */
export const kafkaEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('environment') }),
  z.object({
    kind: z.literal('stated'),
    tls: z.boolean(),
    /** PEM file of the authority that signed the brokers, where the system does not know it. */
    caPath: z.string().max(4000).default(''),
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

export const requests = {
  'app.read': request<{
    readonly version: string;
    readonly host: 'electron' | 'browser' | 'command-line';
    readonly openCase: CaseOverview | null;
    readonly settings: Settings;
    readonly dataFolder: string;
    /** The case made from the bundled recording, where it is ready. */
    readonly firstCasePath: string | null;
    readonly bundledRecording: string;
  }>()(nothing),
  'settings.write': request<Settings>()(settingsSchema.partial()),
  'recent.list':
    request<
      readonly { readonly path: string; readonly name: string; readonly openedAtMs: number; readonly exists: boolean }[]
    >()(nothing),
  /** For hosts without a native dialog: one folder of this machine. */
  'folder.list': request<{
    readonly folder: string;
    readonly parent: string | null;
    readonly entries: readonly {
      readonly name: string;
      readonly path: string;
      readonly isFolder: boolean;
      readonly sizeBytes: number;
    }[];
  }>()(z.object({ folder: z.string().optional() })),

  'case.open': request<CaseOverview>()(z.object({ path: z.string().min(1) })),
  'case.close': request<null>()(nothing),
  'case.read': request<CaseOverview>()(nothing),
  'profile.read': request<{ readonly columns: readonly ColumnReport[] }>()(nothing),
  'profile.write': request<{ readonly columns: readonly ColumnReport[] }>()(
    z.object({ overrides: profileOverridesSchema }),
  ),
  /** Looks into a recording without storing anything. */
  'recording.inspect': request<{
    readonly path: string;
    readonly sizeBytes: number;
    readonly format: RecordingFormat;
    /** What a person should know of how it was read, a sentence each. */
    readonly notices: readonly string[];
    readonly columns: readonly ColumnReport[];
    readonly firstRows: readonly (readonly string[])[];
  }>()(z.object({ path: z.string().min(1), overrides: profileOverridesSchema.default({}) })),
  'quarantine.page': request<{
    readonly rows: readonly {
      readonly id: number;
      readonly source: string;
      readonly line: number;
      readonly byteOffset: number;
      readonly reason: string;
      readonly raw: string;
    }[];
    readonly next: number | null;
  }>()(z.object({ after: z.number().int().optional(), limit: pageLimit })),
  'transactions.page': request<TransactionPage>()(
    z.object({ after: z.number().int().optional(), limit: pageLimit, modelId: modelId.optional() }),
  ),

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

  /** Exports of the open case that wait for their server, went out, or were taken back; the newest first. */
  'outbox.list': request<readonly OutboxItem[]>()(nothing),

  'models.list': request<readonly ModelListItem[]>()(nothing),
  'models.setChampion': request<readonly ModelListItem[]>()(
    z.object({ modelId, reason: z.string().max(2000).default('') }),
  ),
  /** Takes the last promotion back: the champion before it is the champion again. */
  'models.rollBack': request<readonly ModelListItem[]>()(z.object({ reason: z.string().max(2000).default('') })),
  'models.compare': request<
    ModelComparison & {
      readonly first: ModelListItem;
      readonly second: ModelListItem;
      readonly specs: { readonly first: FeatureSpec; readonly second: FeatureSpec };
    }
  >()(z.object({ firstModelId: modelId, secondModelId: modelId, at: comparisonLineSchema })),
  /** How flagged transactions become alerts in this case; verdicts hold on to their transactions. */
  'case.groupAlerts': request<CaseOverview>()(alertGroupingChoiceSchema),
  /** Transactions of which a verdict says other than the label column; the column wins. */
  'labels.conflicts': request<readonly LabelConflict[]>()(z.object({ limit: pageLimit })),

  'tuning.read': request<TuningView>()(z.object({ modelId })),
  'tuning.preview': request<TuningPoint>()(
    z.object({
      modelId,
      handle: z.union([thresholdHandleSchema, z.object({ kind: z.literal('score'), value: z.number() })]),
    }),
  ),
  'tuning.apply': request<TuningPoint>()(
    z.object({
      modelId,
      handle: z.union([thresholdHandleSchema, z.object({ kind: z.literal('score'), value: z.number() })]),
    }),
  ),
  /** Which transactions a change of threshold, or another model, lets in and out. */
  'tuning.swapSet': request<{
    readonly entered: readonly SwappedRow[];
    readonly left: readonly SwappedRow[];
    readonly enteredTotal: number;
    readonly leftTotal: number;
    /** Alerts of both lines, and those of each that share no transaction with the other's. */
    readonly alerts: { readonly now: number; readonly before: number; readonly entered: number; readonly left: number };
    /** As in `alerts.page`. */
    readonly reasonsPending: number;
  }>()(
    z.object({ modelId, fromUnits: z.number().int().optional(), otherModelId: modelId.optional(), limit: pageLimit }),
  ),

  'alerts.page': request<{
    readonly rows: readonly AlertRow[];
    readonly next: string | null;
    readonly total: number;
    /** Flagged transactions of all of them. */
    readonly transactions: number;
    readonly decided: number;
    /** For the filters: how many alerts each verdict has. */
    readonly counts: Readonly<Record<string, number>>;
    /** Rows of this page whose first reason is still being computed; `alerts.reasonsReady` tells when it is there. */
    readonly reasonsPending: number;
  }>()(
    z.object({
      modelId,
      filter: alertFilterSchema.default({}),
      sort: alertSortSchema,
      after: z.string().optional(),
      limit: pageLimit,
    }),
  ),
  'alerts.detail': request<AlertDetail>()(z.object({ modelId, key: z.string() })),
  /** Refused while the alert has no verdict. */
  'alerts.narrative': request<Narrative>()(z.object({ modelId, key: z.string() })),
  /** What became of ids that were pasted: of transactions, entities or counterparts, or keys of alerts. */
  'alerts.pasted': request<{
    readonly ids: number;
    /** Alerts that at least one of them is in. */
    readonly alerts: number;
    readonly notFlagged: readonly string[];
    readonly unknown: readonly string[];
  }>()(z.object({ modelId, ids: z.array(z.string()).min(1).max(5000) })),
  'alerts.columnValues': request<readonly { readonly text: string; readonly alerts: number }[]>()(
    z.object({ modelId, column: z.string(), limit: pageLimit }),
  ),

  /**
   * A random sample of the transactions that are not flagged, to be judged blind: no score, no reason, no label, in
   * drawing order. A larger sample begins with the smaller one. What the verdicts so far say of missed fraud beside it.
   */
  'belowLine.read': request<{ readonly rows: readonly BelowLineRow[]; readonly report: BelowLineReport }>()(
    z.object({ modelId, sample: belowLineSampleSchema.prefault({}) }),
  ),
  /** One transaction as an analyst judges it blind: facts and cells, nothing of the model, no label column. */
  'belowLine.detail': request<{
    readonly key: string;
    readonly facts: AlertDetail['facts'];
    readonly cells: readonly { readonly name: string; readonly value: string }[];
    readonly notes: AlertDetail['notes'];
  }>()(z.object({ modelId, key: z.string() })),
  'verdicts.set': request<{ readonly verdicts: readonly Verdict[]; readonly undoDepth: number }>()(
    z.object({
      modelId,
      /** Alerts, or transactions that are not flagged. An alert that opened again is judged by what is new in it. */
      keys: z.array(z.string()).min(1).max(5000),
      /** Only these transactions, flagged or not; the key is then that of their alert. */
      sequences: z.array(z.number().int().min(0)).min(1).max(5000).optional(),
      kind: z.enum(verdictKinds),
      reason: z.enum(dismissalReasons).nullable().default(null),
      /** New flags of these alerts before this time leave them closed; null where any new flag opens them again. */
      closedUntilMs: z.number().nullable().default(null),
      /** Puts the verdict in the place of what somebody else decided; refused with ALREADY_DECIDED otherwise. */
      replace: z.boolean().default(false),
    }),
  ),
  /** Makes some flagged transactions of an alert one of their own. */
  'alerts.split': request<{ readonly key: string; readonly undoDepth: number }>()(
    z.object({ modelId, key: z.string(), sequences: z.array(z.number().int().min(0)).min(1).max(5000) }),
  ),
  /** Makes one alert of several. */
  'alerts.join': request<{ readonly key: string; readonly undoDepth: number }>()(
    z.object({ modelId, keys: z.array(z.string()).min(2).max(500) }),
  ),
  /** Takes back the last change (verdict, note, snooze), whatever it was; 20 deep at least. */
  'actions.undo': request<{
    readonly undone: string | null;
    readonly keys: readonly string[];
    readonly undoDepth: number;
  }>()(nothing),
  'notes.add': request<{ readonly undoDepth: number }>()(
    z.object({ modelId, key: z.string(), text: z.string().min(1).max(20_000) }),
  ),
  /** Kept while it is being typed, so that nothing typed is lost. An empty text removes it. */
  'drafts.write': request<null>()(z.object({ key: z.string(), text: z.string().max(20_000) })),
  'drafts.read': request<{ readonly text: string }>()(z.object({ key: z.string() })),
  'alerts.snooze': request<{ readonly undoDepth: number }>()(
    z.object({ modelId, keys: z.array(z.string()).min(1).max(5000), untilMs: z.number() }),
  ),
  /** The history of the case, newest first: all of it, of one alert, or of one model. */
  'audit.page': request<{
    /** `about`: the entity or transaction of the first alert that an entry speaks of, and how many more; empty for none. */
    readonly rows: readonly AuditEntry[];
    readonly next: number | null;
    /** The first entry that is not as it was written; null where the chain is whole. */
    readonly brokenEntry: number | null;
  }>()(auditFilterSchema.extend({ after: z.number().int().optional(), limit: pageLimit })),

  'explore.scoreOverTime': request<Density>()(z.object({ modelId, filter: exploreFilterSchema.default({}) })),
  'explore.amountOverTime': request<Density>()(z.object({ modelId, filter: exploreFilterSchema.default({}) })),
  'explore.hourByWeekday': request<{ readonly counts: Uint32Array; readonly flagged: Uint32Array }>()(
    z.object({ modelId, filter: exploreFilterSchema.default({}) }),
  ),
  'explore.lanes': request<{
    readonly dayStartsMs: readonly number[];
    readonly lanes: readonly {
      readonly entity: string;
      readonly flagged: number;
      readonly maximumScore: Float64Array;
    }[];
    readonly next: number | null;
  }>()(
    z.object({
      modelId,
      filter: exploreFilterSchema.default({}),
      after: z.number().int().optional(),
      limit: z.number().int().min(1).max(100).default(30),
    }),
  ),
  'explore.features': request<
    readonly {
      readonly name: string;
      readonly label: string;
      readonly edges: Float64Array;
      readonly rest: Uint32Array;
      readonly flagged: Uint32Array;
    }[]
  >()(z.object({ modelId, filter: exploreFilterSchema.default({}) })),
  'explore.rows': request<TransactionPage & { readonly total: number }>()(
    z.object({
      modelId,
      filter: exploreFilterSchema.default({}),
      after: z.number().int().optional(),
      limit: pageLimit,
    }),
  ),
  'entity.read': request<{
    readonly entity: string;
    readonly role: string;
    readonly transactions: number;
    readonly flagged: number;
    readonly totalAmount: number | null;
    readonly counterparts: readonly {
      readonly text: string;
      readonly transactions: number;
      readonly flagged: number;
      readonly amount: number | null;
    }[];
    /** Counterparts of counterparts; at most 200 nodes in all. */
    readonly links: readonly { readonly from: string; readonly to: string; readonly transactions: number }[];
  }>()(z.object({ modelId, entity: z.string() })),
} as const;

export interface OutboxItem {
  readonly publishId: string;
  readonly modelName: string;
  readonly trackingUri: string;
  readonly experiment: string;
  readonly registeredModel: string | null;
  readonly alias: string | null;
  readonly state: 'waiting' | 'sent' | 'cancelled';
  /** How often it was tried. */
  readonly attempts: number;
  /** Why the last attempt failed, in the server's words where it spoke. */
  readonly lastError: string | null;
  readonly createdAtMs: number;
  readonly endedAtMs: number | null;
  readonly published: { readonly runId: string; readonly version: string | null } | null;
}

export interface SwappedRow {
  readonly sequence: number;
  readonly id: string;
  readonly entity: string;
  readonly score: number;
  readonly otherScore: number | null;
  readonly amount: number | null;
  readonly timeMs: number | null;
  readonly isFraud: boolean | null;
  readonly reason: string;
}

export type RequestName = keyof typeof requests;
export type RequestInput<R extends RequestName> = z.input<(typeof requests)[R]['input']>;
export type ParsedRequestInput<R extends RequestName> = z.output<(typeof requests)[R]['input']>;
export type RequestOutput<R extends RequestName> = Exclude<(typeof requests)[R]['output'], undefined>;
