/**
 * Asks for so many batches at once, and gives each when it has been prepared, in their order. A fault of the reading comes behind the
 * batches before it.
 */
export async function* inStep<Batch>(
  batches: AsyncGenerator<Batch, void, undefined>,
  atOnce: number,
  prepare: (batch: Batch) => Promise<void>,
): AsyncGenerator<Batch, void, undefined> {
  const waiting: { readonly batch: Batch; readonly prepared: Promise<void> }[] = [];
  let ended: (() => void) | undefined;
  try {
    for (;;) {
      while (ended === undefined && waiting.length < atOnce)
        try {
          const { done, value } = await batches.next();
          if (done === true) ended = () => undefined;
          else waiting.push({ batch: value, prepared: prepare(value) });
        } catch (error) {
          ended = () => {
            throw error;
          };
        }
      const first = waiting.shift();
      if (first === undefined) return ended?.();
      await first.prepared;
      yield first.batch;
    }
  } finally {
    await batches.return();
  }
}
