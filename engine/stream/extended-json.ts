/** A value that JSON has no type for, as MongoDB writes it: an object with one key that begins with a dollar sign. */
interface ExtendedValue {
  readonly key: string;
  /** The value as a cell; undefined where it is not of the type that the key says. */
  readonly read: (value: unknown) => string | undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function instantText(epochMs: number): string | undefined {
  const instant = new Date(epochMs);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** ISO text in the relaxed form; a count of milliseconds since 1970 in the canonical one, and before version 2 as a number. */
function dateText(value: unknown): string | undefined {
  if (typeof value === 'number') return instantText(value);
  if (typeof value !== 'object' || value === null) return textOf(value);
  const counted = '$numberLong' in value ? value.$numberLong : undefined;
  return typeof counted === 'string' && /^-?\d+$/.test(counted) ? instantText(Number(counted)) : undefined;
}

function secondsText(value: unknown): string | undefined {
  const seconds = typeof value === 'object' && value !== null && 't' in value ? value.t : undefined;
  return typeof seconds === 'number' ? instantText(seconds * 1000) : undefined;
}

/** MongoDB Extended JSON 2.0. Numbers stay texts, so that none of their digits is lost. */
const extendedValues: readonly ExtendedValue[] = [
  { key: '$oid', read: textOf },
  { key: '$numberDecimal', read: textOf },
  { key: '$numberLong', read: textOf },
  { key: '$numberInt', read: textOf },
  { key: '$numberDouble', read: textOf },
  { key: '$date', read: dateText },
  { key: '$timestamp', read: secondsText },
  { key: '$uuid', read: textOf },
  { key: '$symbol', read: textOf },
];

/** The plain value where an object stands for one (`{"$numberDecimal": "1.25"}` is 1.25), else the value as it is. */
export function plainOfExtended(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  let only: string | undefined;
  for (const key in value) {
    if (only !== undefined || !key.startsWith('$')) return value;
    only = key;
  }
  const form = extendedValues.find(({ key }) => key === only);
  return form?.read((value as Readonly<Record<string, unknown>>)[form.key]) ?? value;
}
