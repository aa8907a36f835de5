import { z } from 'zod';
import { type VerdictKind, dismissalReasons, verdictKinds } from '../../engine/domain/verdict.ts';
import { modelChoice, modelId, nothing, path, request } from './parts.ts';

/* What analysts decide and write down, and taking it back. */

export const verdictJobs = {
  judge: {
    input: z.object({
      casePath: path,
      model: modelChoice,
      by: z.string().max(200).optional(),
      action: z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('verdict'),
          alerts: z.array(z.string()).default([]).describe('keys of alerts'),
          transactions: z.array(z.string()).default([]).describe('ids of transactions, flagged or not'),
          as: z.enum(verdictKinds),
          reason: z.enum(dismissalReasons).nullable().default(null),
          note: z.string().max(20_000).optional(),
          closedUntil: z.iso
            .date()
            .nullable()
            .default(null)
            .describe('new flags before this day of the case leave the alert closed'),
          replace: z.boolean().default(false).describe('put it in the place of what somebody else decided'),
        }),
        z.object({ kind: z.literal('undo') }),
      ]),
    }),
    result: z.object({
      verdicts: z.array(
        z.object({
          key: z.string(),
          verdict: z.enum(verdictKinds),
          reason: z.string().nullable(),
          transactions: z.number().int().describe('that it speaks for'),
          closedUntilMs: z.number().nullable().describe('new flags before this time leave it closed'),
          by: z.string(),
        }),
      ),
      recommended: z.array(z.string()).describe('keys of alerts of which another person has to say the same'),
      undone: z.string().nullable(),
      undoDepth: z.number().int().describe('actions of this person that can be taken back'),
      by: z.string(),
      case: path,
    }),
  },
} as const;

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

export const verdictRequests = {
  'verdicts.set': request<{
    readonly verdicts: readonly Verdict[];
    /** Keys of what waits for a second person, and has no verdict yet. */
    readonly recommended: readonly string[];
    readonly undoDepth: number;
  }>()(
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
} as const;
