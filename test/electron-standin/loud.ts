/** Names that the language itself looks for on any object. */
const silent: ReadonlySet<string | symbol> = new Set(['then', 'default', '__esModule', 'toJSON']);

/** An object that throws by name where something is asked of it that the stand-in does not have. */
export function loud<T extends object>(name: string, part: T): T {
  return new Proxy(part, {
    get(target, key, receiver) {
      if (key in target || typeof key === 'symbol' || silent.has(key)) return Reflect.get(target, key, receiver);
      throw new Error(`electron stand-in: ${name} has no ${key}`);
    },
  });
}

/** An event as Electron passes it to listeners. */
export interface StandinEvent {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function createEvent<Extra extends object>(extra?: Extra): StandinEvent & Extra {
  const event = {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
  return Object.assign(event, extra);
}
