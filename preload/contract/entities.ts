import { z } from 'zod';
import type { DismissalReason, VerdictKind } from '../../engine/domain/verdict.ts';
import type { AlertDetail, AlertRow, AmountStrip } from './alerts.ts';
import { modelId, pageLimit, request } from './parts.ts';
import { transactionFilterSchema } from './transactions.ts';

/* One entity: a card, customer or account, or the other side of its transactions, a terminal or merchant. */

/** `entity` makes alerts, `counterpart` is the other side. The same text may be one of each. */
export const entitySides = ['entity', 'counterpart'] as const;
export type EntitySide = (typeof entitySides)[number];

/** Which entity; where no side is said, the one that makes alerts if there is such a one. */
const named = { modelId, entity: z.string(), side: z.enum(entitySides).optional() };
const filter = transactionFilterSchema.default({});

export interface EntityTransaction extends Omit<AlertDetail['transactions'][number], 'flagged' | 'counterpart'> {
  /** Whether the model flags it. */
  readonly flagged: boolean;
  /** The alert that it is in. */
  readonly alertKey: string | null;
  /** The text on the other side of this entity. */
  readonly other: string | null;
}

export interface EntityLink {
  readonly from: string;
  readonly to: string;
  readonly transactions: number;
}

export const entityRequests = {
  /** Whom it deals with, within a filter; the span of time is that of all its transactions. */
  'entity.read': request<{
    readonly entity: string;
    readonly side: EntitySide;
    readonly role: string;
    readonly ownColumn: string;
    /** Role and column of the other side; null where the recording has none. */
    readonly other: { readonly role: string; readonly column: string } | null;
    readonly span: { readonly fromMs: number; readonly toMs: number } | null;
    readonly transactions: number;
    readonly flagged: number;
    readonly totalAmount: number | null;
    readonly counterparts: readonly {
      readonly text: string;
      readonly transactions: number;
      readonly flagged: number;
      readonly amount: number | null;
    }[];
    /** All of them; the first are listed. */
    readonly counterpartCount: number;
    /** Counterparts of counterparts; at most 200 nodes in all. */
    readonly links: readonly EntityLink[];
  }>()(z.object({ ...named, filter })),
  /** All its transactions over time; of very many, those that are flagged, judged or noted, and as many others as can be told apart. */
  'entity.strip': request<AmountStrip>()(z.object(named)),
  /** Its transactions within a filter, newest first; `after` is the sequence of the last one before. */
  'entity.transactions': request<{
    readonly rows: readonly EntityTransaction[];
    readonly total: number;
    readonly next: number | null;
  }>()(z.object({ ...named, filter, after: z.number().int().min(0).optional(), limit: pageLimit })),
  /** Its alerts at the threshold of the model, newest first, with what was decided of each. */
  'entity.alerts': request<{
    readonly rows: readonly {
      readonly alert: AlertRow;
      readonly decision: {
        readonly kind: VerdictKind;
        readonly reason: DismissalReason | null;
        readonly decidedAtMs: number;
        readonly decidedBy: string;
      } | null;
    }[];
    readonly total: number;
  }>()(z.object({ ...named, limit: pageLimit })),
} as const;
