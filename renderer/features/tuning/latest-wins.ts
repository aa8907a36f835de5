/** Asks with the newest input only, one question at a time, at most one per animation frame. */
export interface LatestWins<Input> {
  ask(input: Input): void;
  /** Forgets what waits, and the answer that is under way. */
  forget(): void;
}

/**
 * For a handle that moves faster than its answers come: inputs that were overtaken are never sent, answers arrive in
 * the order of their questions, and the last input is always answered. `send` never rejects. `nextFrame` is `requestAnimationFrame`.
 */
export function latestWins<Input, Output>(
  send: (input: Input) => Promise<Output>,
  deliver: (output: Output, input: Input) => void,
  nextFrame: (run: () => void) => void,
): LatestWins<Input> {
  let waiting: { readonly input: Input } | null = null;
  let isBusy = false;
  let generation = 0;

  const sendNewest = async (): Promise<void> => {
    const next = waiting;
    const asked = generation;
    waiting = null;
    if (next !== null) {
      const output = await send(next.input);
      if (asked === generation) deliver(output, next.input);
    }
    isBusy = false;
    start();
  };
  const start = (): void => {
    if (isBusy || waiting === null) return;
    isBusy = true;
    nextFrame(() => void sendNewest());
  };
  return {
    ask(input) {
      waiting = { input };
      start();
    },
    forget() {
      waiting = null;
      generation++;
    },
  };
}
