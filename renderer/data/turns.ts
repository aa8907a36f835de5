/** Begins one piece of work at a time of each kind, in the order asked for; what is aborted before its turn is never begun. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @throws the signal's reason where it is aborted before its turn. */
  take<Result>(kind: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(kind) ?? Promise.resolve();
    const turn = before.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#last.set(
      kind,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
