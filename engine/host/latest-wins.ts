/** State events are sent at most 10 times a second. */
export const stateIntervalMs = 100;

/**
 * Passes on the latest of the values it is given under one name: the first at once, later ones at most once in
 * `intervalMs`. What a name was given last always arrives.
 */
export class LatestWins<Value> {
  readonly #intervalMs: number;
  readonly #send: (value: Value) => void;
  readonly #waiting = new Map<string, { timer: NodeJS.Timeout; next: { readonly value: Value } | null }>();

  constructor(intervalMs: number, send: (value: Value) => void) {
    this.#intervalMs = intervalMs;
    this.#send = send;
  }

  give(name: string, value: Value): void {
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      waiting.next = { value };
      return;
    }
    this.#send(value);
    this.#wait(name);
  }

  /** Sends what still waits under a name, now. */
  flush(name: string): void {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(name);
    if (waiting.next !== null) this.#send(waiting.next.value);
  }

  /** Sends everything that still waits. */
  flushAll(): void {
    for (const name of [...this.#waiting.keys()]) this.flush(name);
  }

  #wait(name: string): void {
    const timer = setTimeout(() => {
      const next = this.#waiting.get(name)?.next ?? null;
      this.#waiting.delete(name);
      if (next === null) return;
      this.#send(next.value);
      this.#wait(name);
    }, this.#intervalMs);
    // A pending event must not keep a process alive that has nothing else to do.
    timer.unref();
    this.#waiting.set(name, { timer, next: null });
  }
}
