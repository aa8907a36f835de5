import avro, { type Type, type types } from 'avsc';

/*
 * How Avro values that JSON has no form for become JSON: exact decimals as decimal text where a double would lose
 * digits, longs beyond 2^53 as digits, bytes as base64. Times stay the whole numbers they are on the wire.
 */

/** A decimal as its two's complement bytes, big-endian, and the number of digits behind the point. */
export function decimalOf(unscaled: Uint8Array, scale: number): number | string {
  const hex = Buffer.from(unscaled).toString('hex');
  const value = hex === '' ? 0n : BigInt.asIntN(unscaled.length * 8, BigInt(`0x${hex}`));
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = `${value < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
  const number = Number(text);
  return number.toFixed(Math.min(scale, 100)) === text ? number : text;
}

class DecimalType extends avro.types.LogicalType {
  readonly #scale: number;

  constructor(schema: unknown, options?: unknown) {
    super(schema as never, options as never);
    const scale = typeof schema === 'object' && schema !== null && 'scale' in schema ? Number(schema.scale) : 0;
    if (!Number.isInteger(scale) || scale < 0) throw new RangeError('the scale of a decimal is not a whole number');
    this.#scale = scale;
  }

  protected override _fromValue(value: Uint8Array): number | string {
    return decimalOf(value, this.#scale);
  }

  /** Needed by the library's interface only: Assay never writes Avro. */
  protected override _toValue(): undefined {
    return undefined;
  }
}

const exactLong = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer): number | string => {
    const value = bytes.readBigInt64LE();
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  },
  toBuffer: (value: number | string): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: (value: unknown) => value,
  toJSON: (value: unknown) => value,
  isValid: (value: unknown) => Number.isSafeInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value)),
  compare: (left: number | string, right: number | string) => Number(BigInt(left) - BigInt(right)),
});

/** What the registry's client needs to read every Avro schema so. A new one each: the library adds types to it. */
export function avroOptions(): {
  readonly logicalTypes: { readonly decimal: new (schema: unknown, options?: unknown) => types.LogicalType };
  readonly registry: { [name: string]: Type };
} {
  return { logicalTypes: { decimal: DecimalType }, registry: { long: exactLong } };
}
