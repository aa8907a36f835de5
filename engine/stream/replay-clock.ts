import type { StreamCommand } from '../domain/stream-figures.ts';

/** How many of the rows at hand may come now, and after what time to ask again where none may. */
export interface Due {
  readonly rows: number;
  readonly waitMs: number;
}

/**
 * When each row of a recording comes: paced by event time at some speed, paused, in steps, or as fast as possible up to
 * a time. It decides about the pace alone: every row comes, and in order. The caller says what time it is.
 */
export class ReplayClock {
  #isPaused: boolean;
  #speed: number | null;
  #seekMs: number | null;
  #steps = 0;
  /** An event time and the moment at which it came; null where the next row sets it anew. */
  #anchor: { readonly eventMs: number; readonly nowMs: number } | null = null;

  constructor(start: { readonly speed: number | null; readonly seekMs: number | null; readonly isPaused: boolean }) {
    this.#speed = start.speed;
    this.#seekMs = start.seekMs;
    this.#isPaused = start.isPaused;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get speed(): number | null {
    return this.#speed;
  }

  /** The event time it is on its way to. */
  get seekMs(): number | null {
    return this.#seekMs;
  }

  obey(command: StreamCommand): void {
    if (command.kind === 'record' || command.kind === 'stop-recording') return;
    this.#anchor = null;
    this.#steps = command.kind === 'step' ? command.rows : 0;
    if (command.kind === 'pause' || command.kind === 'step') this.#isPaused = true;
    if (command.kind === 'resume' || command.kind === 'seek') this.#isPaused = false;
    if (command.kind === 'speed') this.#speed = command.speed;
    this.#seekMs = command.kind === 'seek' ? command.timeMs : command.kind === 'speed' ? this.#seekMs : null;
  }

  /** `times` holds the event time of each row at hand, NaN where it has none; null where no row has one. */
  due(times: Float64Array | null, from: number, rowCount: number, nowMs: number): Due {
    const left = rowCount - from;
    if (this.#isPaused) {
      const rows = Math.min(this.#steps, left);
      this.#steps -= rows;
      return { rows, waitMs: Number.POSITIVE_INFINITY };
    }
    if (times === null) return { rows: left, waitMs: 0 };
    const seeking = this.#rowsBefore(times, from, rowCount);
    if (seeking > 0) return { rows: seeking, waitMs: 0 };
    if (this.#speed === null) return { rows: left, waitMs: 0 };
    return this.#paced(times, from, rowCount, nowMs, this.#speed);
  }

  /** Rows before the time sought; the first one at or after it ends the seeking. */
  #rowsBefore(times: Float64Array, from: number, rowCount: number): number {
    const seekMs = this.#seekMs;
    if (seekMs === null) return 0;
    let row = from;
    while (row < rowCount && !(times[row] >= seekMs)) row++;
    if (row < rowCount) this.#seekMs = null;
    return row - from;
  }

  #paced(times: Float64Array, from: number, rowCount: number, nowMs: number, speed: number): Due {
    let row = from;
    while (row < rowCount && Number.isNaN(times[row])) row++;
    if (row === rowCount) return { rows: row - from, waitMs: 0 };
    this.#anchor ??= { eventMs: times[row], nowMs };
    const reachedMs = this.#anchor.eventMs + (nowMs - this.#anchor.nowMs) * speed;
    while (row < rowCount && !(times[row] > reachedMs)) row++;
    return { rows: row - from, waitMs: row === rowCount ? 0 : (times[row] - reachedMs) / speed };
  }
}
