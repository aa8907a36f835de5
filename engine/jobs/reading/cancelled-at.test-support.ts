/** Is cancelled when it is asked for the nth time. */
export function cancelledAt(count: number): AbortSignal {
  const controller = new AbortController();
  let asked = 0;
  return new Proxy(controller.signal, {
    get: (signal, name) => {
      if (name === 'aborted' && ++asked >= count) controller.abort();
      const value: unknown = Reflect.get(signal, name, signal);
      return typeof value === 'function' ? (value.bind(signal) as unknown) : value;
    },
  });
}
