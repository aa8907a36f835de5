import type { DecodedSegment } from '../../domain/columns.ts';
import { columnWithRole, type Profile } from '../../domain/profile.ts';
import type { StreamFigures, StreamNotice } from '../../domain/stream-figures.ts';
import { RateMeter } from '../../monitor/rate-meter.ts';

/** Figures are made anew this often at most, however often they are asked for. */
const renewMs = 200;
const mostNotices = 50;

/** What only the stream itself knows at the moment its figures are wanted. */
export type FiguresNow = Omit<
  StreamFigures,
  'messages' | 'rows' | 'flagged' | 'quarantined' | 'messagesPerSecond' | 'flaggedShare' | 'notices'
>;

/** Counts what came through a stream and makes its figures, for a window to look at. */
export class FiguresMeter {
  readonly #messageRate: RateMeter;
  readonly #rowRate: RateMeter;
  readonly #flagRate: RateMeter;
  readonly #notices = new Map<string, StreamNotice>();
  #messages = 0;
  #rows = 0;
  #flagged = 0;
  #quarantined = 0;
  #made: { readonly atMs: number; readonly figures: StreamFigures } | undefined;

  constructor(nowMs: number = performance.now()) {
    this.#messageRate = new RateMeter(nowMs);
    this.#rowRate = new RateMeter(nowMs);
    this.#flagRate = new RateMeter(nowMs);
  }

  /** One batch that was taken; `flagged` is undefined while there is no model. */
  took(batch: {
    readonly messages: number;
    readonly rows: number;
    readonly quarantined: number;
    readonly flagged: number | undefined;
  }): void {
    const nowMs = performance.now();
    this.#messages += batch.messages;
    this.#rows += batch.rows;
    this.#quarantined += batch.quarantined;
    this.#messageRate.add(batch.messages, nowMs);
    if (batch.flagged === undefined) return;
    this.#flagged += batch.flagged;
    this.#rowRate.add(batch.rows, nowMs);
    this.#flagRate.add(batch.flagged, nowMs);
  }

  /** Notes a sentence, or brings the one with the same key up to date. */
  note(key: string, sentence: string): void {
    const known = this.#notices.get(key);
    this.#notices.set(key, { key, atMs: known?.atMs ?? Date.now(), sentence });
    const [oldest] = this.#notices.keys();
    if (this.#notices.size > mostNotices && oldest !== undefined) this.#notices.delete(oldest);
  }

  /** The figures, at most 200 ms old; `now` is asked only where they are made anew. */
  figures(now: () => FiguresNow, isUrgent = false): StreamFigures {
    const nowMs = performance.now();
    if (!isUrgent && this.#made !== undefined && nowMs - this.#made.atMs < renewMs) return this.#made.figures;
    const rows = this.#rowRate.count(nowMs);
    const figures: StreamFigures = {
      ...now(),
      messages: this.#messages,
      rows: this.#rows,
      flagged: this.#flagged,
      quarantined: this.#quarantined,
      messagesPerSecond: this.#messageRate.perSecond(nowMs),
      flaggedShare: rows === 0 ? null : this.#flagRate.count(nowMs) / rows,
      notices: [...this.#notices.values()],
    };
    this.#made = { atMs: nowMs, figures };
    return figures;
  }
}

/** Event time of the last row of a segment; null where it has none. */
export function lastEventMs(profile: Profile, segment: DecodedSegment): number | null {
  const block = segment.columns.get(columnWithRole(profile, 'event_time')?.name ?? '');
  const last = block?.kind === 'time' ? (block.values.at(-1) ?? NaN) : NaN;
  return Number.isNaN(last) ? null : last;
}
