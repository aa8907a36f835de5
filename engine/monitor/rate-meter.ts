const windowMs = 5_000;
const slotMs = 250;

/** How many of something came a second, over the last five seconds, in memory of fixed size. */
export class RateMeter {
  readonly #startedMs: number;
  readonly #slots: { readonly fromMs: number; count: number }[] = [];

  constructor(nowMs: number) {
    this.#startedMs = nowMs;
  }

  add(count: number, nowMs: number): void {
    const newest = this.#slots.at(-1);
    if (newest !== undefined && nowMs - newest.fromMs < slotMs) newest.count += count;
    else this.#slots.push({ fromMs: nowMs, count });
    this.#forgetBefore(nowMs - windowMs);
  }

  /** Of the last five seconds, or of the time since the start where that is shorter. */
  count(nowMs: number): number {
    this.#forgetBefore(nowMs - windowMs);
    return this.#slots.reduce((sum, { count }) => sum + count, 0);
  }

  perSecond(nowMs: number): number {
    const spanMs = Math.min(windowMs, nowMs - this.#startedMs);
    return spanMs <= 0 ? 0 : (1000 * this.count(nowMs)) / spanMs;
  }

  #forgetBefore(timeMs: number): void {
    while (this.#slots.length > 0 && this.#slots[0].fromMs < timeMs) this.#slots.shift();
  }
}
