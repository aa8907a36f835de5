/**
 * What the window must find again after a restart: place, filters, selection, widths. Held here at once. A change is
 * written at once, those that follow it closely together a little later, and at the latest when the window is hidden or
 * closed.
 */
export class WindowState {
  private values: Readonly<Record<string, unknown>>;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private hasUnwritten = false;
  private readonly write: (values: Readonly<Record<string, unknown>>) => void;
  private readonly delayMs: number;

  constructor(
    values: Readonly<Record<string, unknown>>,
    write: (values: Readonly<Record<string, unknown>>) => void,
    delayMs = 400,
  ) {
    this.values = values;
    this.write = write;
    this.delayMs = delayMs;
  }

  readonly get = (key: string): unknown => this.values[key];

  readonly set = (key: string, value: unknown): void => {
    if (Object.is(this.values[key], value)) return;
    this.values = { ...this.values, [key]: value };
    for (const listener of this.listeners) listener();
    this.hasUnwritten = true;
    if (this.timer === null) {
      // Where several values change together, the others do so before this runs.
      queueMicrotask(this.flush);
      this.waitForMore();
    }
  };

  /** Writes now what waits to be written. */
  readonly flush = (): void => {
    if (!this.hasUnwritten) return;
    this.hasUnwritten = false;
    this.write(this.values);
  };

  private waitForMore(): void {
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.hasUnwritten) return;
      this.flush();
      this.waitForMore();
    }, this.delayMs);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
}
