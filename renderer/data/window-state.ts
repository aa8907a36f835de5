/**
 * What the window must find again after a restart: place, filters, selection, widths. Held here at once, written to
 * the settings a little later, and at the latest when the window is hidden or closed.
 */
export class WindowState {
  private values: Readonly<Record<string, unknown>>;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
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
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(this.flush, this.delayMs);
  };

  /** Writes now what waits to be written. */
  readonly flush = (): void => {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.write(this.values);
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
}
