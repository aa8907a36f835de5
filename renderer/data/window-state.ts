import { caseStatesOf, caseValue, withCaseValue, type CaseStates, type CaseStateName } from './case-state.ts';

/** Where among the window's values those of the cases lie. */
const CASES = 'cases';

/**
 * What the window must find again after a restart: its own place and widths, and for each case filter, selection and
 * the like. Held here at once. A change is written at once, those that follow it closely together a little later, and
 * at the latest when the window is hidden or closed.
 */
export class WindowState {
  private values: Readonly<Record<string, unknown>>;
  private cases: CaseStates;
  private readonly listeners = new Set<() => void>();
  /** Cases of which nothing is written: what is searched for in a locked case stands in no file. */
  private readonly unwritten = new Set<string>();
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
    this.cases = caseStatesOf(values[CASES]);
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

  readonly getOfCase = (caseKey: string, name: CaseStateName): unknown => caseValue(this.cases, caseKey, name);

  readonly setOfCase = (caseKey: string, name: CaseStateName, value: unknown): void => {
    if (Object.is(this.getOfCase(caseKey, name), value)) return;
    this.cases = withCaseValue(this.cases, caseKey, name, value);
    this.set(CASES, this.cases);
  };

  /** Whether what is kept for a case is written, too, or held here alone, as of a locked one. */
  readonly setWritten = (caseKey: string, isWritten: boolean): void => {
    if (this.unwritten.has(caseKey) !== isWritten) return;
    if (isWritten) this.unwritten.delete(caseKey);
    else this.unwritten.add(caseKey);
    this.hasUnwritten = true;
    this.flush();
  };

  /** Writes now what waits to be written. */
  readonly flush = (): void => {
    if (!this.hasUnwritten) return;
    this.hasUnwritten = false;
    const cases = this.cases.filter(({ caseKey }) => !this.unwritten.has(caseKey));
    this.write(cases.length === this.cases.length ? this.values : { ...this.values, [CASES]: cases });
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
