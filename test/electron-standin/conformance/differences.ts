/** Where two JSON values differ, one line each: `path: expected, observed`. */
export function differences(expected: unknown, observed: unknown, path = ''): readonly string[] {
  if (isRecord(expected) && isRecord(observed)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(observed)]);
    return [...names].flatMap((name) =>
      differences(expected[name], observed[name], path === '' ? name : `${path}.${name}`),
    );
  }
  const [first, second] = [JSON.stringify(expected), JSON.stringify(observed)];
  return first === second ? [] : [`${path}: expected ${first}, observed ${second}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
