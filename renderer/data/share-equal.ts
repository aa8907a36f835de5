/** A typed array, as bulk numbers come from the engine. */
type NumberArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/**
 * The new answer with every part that says the same as before taken from the former one, typed arrays too: what is drawn
 * from such a part need not be drawn again.
 */
export function shareEqual(former: unknown, next: unknown): unknown {
  if (Object.is(former, next)) return former;
  if (isNumberArray(former) && isNumberArray(next)) return haveSameNumbers(former, next) ? former : next;
  if (Array.isArray(former) && Array.isArray(next)) {
    const shared = next.map((part: unknown, index) => shareEqual(former[index], part));
    return former.length === next.length && shared.every((part, index) => Object.is(part, former[index]))
      ? former
      : shared;
  }
  if (!isRecord(former) || !isRecord(next)) return next;
  const names = Object.keys(next);
  const shared = Object.fromEntries(names.map((name) => [name, shareEqual(former[name], next[name])]));
  const isSame =
    Object.keys(former).length === names.length && names.every((name) => Object.is(shared[name], former[name]));
  return isSame ? former : shared;
}

function haveSameNumbers(former: NumberArray, next: NumberArray): boolean {
  if (former.constructor !== next.constructor || former.length !== next.length) return false;
  for (let index = 0; index < next.length; index++) if (!Object.is(former[index], next[index])) return false;
  return true;
}

function isNumberArray(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
