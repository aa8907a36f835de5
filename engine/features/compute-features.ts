import { createHash } from 'node:crypto';
import type { ColumnBlock, DecodedSegment, Dictionary } from '../domain/columns.ts';
import type { Feature, FeatureSpec } from '../domain/feature-spec.ts';
import { localHour, localWeekday, zoneClock } from '../domain/time-zone.ts';
import type { ZoneClock } from '../domain/time-zone.ts';
import { dictionaryOf } from './decode-segment.ts';
import type { Dictionaries } from './decode-segment.ts';
import { nightOf, signedLog, toFeatureRange, weekendOf } from './row-values.ts';

/** Writes one feature of the rows [from, to) into a row-major matrix and returns how many were imputed. */
type RowWriter = (from: number, to: number) => number;

/** One feature of a spec, ready for any segment. */
type BoundFeature = (block: ColumnBlock | undefined, out: Float32Array, offset: number, stride: number) => RowWriter;

function imputeAll(imputed: number, out: Float32Array, offset: number, stride: number): RowWriter {
  return (from, to) => {
    for (let row = from, at = from * stride + offset; row < to; row++, at += stride) out[at] = imputed;
    return to - from;
  };
}

/** The loops are written out per kind of transform because a call per cell costs more than the work itself. */
function identityFeature(imputed: number): BoundFeature {
  return (block, out, offset, stride) => {
    if (block?.kind !== 'number') return imputeAll(imputed, out, offset, stride);
    const { values } = block;
    return (from, to) => {
      let imputedCount = 0;
      for (let row = from, at = from * stride + offset; row < to; row++, at += stride) {
        const value = values[row];
        if (Number.isNaN(value)) {
          out[at] = imputed;
          imputedCount += 1;
        } else out[at] = toFeatureRange(value);
      }
      return imputedCount;
    };
  };
}

function mappedFeature(kind: 'number' | 'time', imputed: number, valueOf: (value: number) => number): BoundFeature {
  return (block, out, offset, stride) => {
    if (block?.kind !== kind) return imputeAll(imputed, out, offset, stride);
    const { values } = block;
    return (from, to) => {
      let imputedCount = 0;
      for (let row = from, at = from * stride + offset; row < to; row++, at += stride) {
        const value = values[row];
        if (Number.isNaN(value)) {
          out[at] = imputed;
          imputedCount += 1;
        } else out[at] = toFeatureRange(valueOf(value));
      }
      return imputedCount;
    };
  };
}

/** A feature that depends on the text alone: one number per code of the dictionary, extended as the dictionary grows. */
function textFeature(imputed: number, dictionary: Dictionary, valueOf: (text: string) => number): BoundFeature {
  let table = new Float32Array(0);
  return (block, out, offset, stride) => {
    if (block?.kind !== 'code') return imputeAll(imputed, out, offset, stride);
    if (table.length < dictionary.size) {
      const larger = new Float32Array(dictionary.size);
      larger.set(table);
      for (let code = table.length; code < larger.length; code++) larger[code] = valueOf(dictionary.textOf(code));
      table = larger;
    }
    const { codes } = block;
    const valueOfCode = table;
    return (from, to) => {
      let imputedCount = 0;
      for (let row = from, at = from * stride + offset; row < to; row++, at += stride) {
        const code = codes[row];
        if (code < 0) {
          out[at] = imputed;
          imputedCount += 1;
        } else out[at] = valueOfCode[code];
      }
      return imputedCount;
    };
  };
}

function boundFeature(feature: Feature, clock: ZoneClock, dictionaries: Dictionaries): BoundFeature {
  const { transform, imputation } = feature;
  const imputed = imputation.value;
  switch (transform.kind) {
    case 'identity':
      return identityFeature(imputed);
    case 'log':
      // Of the float32, so that an exported model that knows only float32 columns splits them alike.
      return mappedFeature('number', imputed, (value) => signedLog(Math.fround(toFeatureRange(value))));
    case 'hour':
      return mappedFeature('time', imputed, (instantMs) => localHour(clock, instantMs));
    case 'weekday':
      return mappedFeature('time', imputed, (instantMs) => localWeekday(clock, instantMs));
    case 'night':
      return mappedFeature('time', imputed, (instantMs) => nightOf(localHour(clock, instantMs)));
    case 'weekend':
      return mappedFeature('time', imputed, (instantMs) => weekendOf(localWeekday(clock, instantMs)));
    case 'frequency': {
      const shares = new Map(Object.entries(transform.shares));
      return textFeature(imputed, dictionaryOf(dictionaries, transform.column), (text) => shares.get(text) ?? 0);
    }
    case 'one-hot': {
      const { column, value } = transform;
      return textFeature(imputed, dictionaryOf(dictionaries, column), (text) => (text === value ? 1 : 0));
    }
  }
}

/** Rows written feature by feature before going on, so that their part of the matrix stays in the cache. */
const blockRows = 512;

/**
 * Computes the features of a spec for segment after segment. Values are rounded to float32; those beyond its finite
 * range, infinities included, become its largest number of the same sign; missing cells (NaN, code -1, or a column
 * that the segment lacks) get the feature's imputed value.
 */
export class FeatureComputer {
  readonly #columns: readonly string[];
  readonly #bound: readonly BoundFeature[];
  /** Cells imputed so far, per feature of the spec. */
  readonly imputedCounts: Float64Array;

  constructor(spec: FeatureSpec, dictionaries: Dictionaries) {
    const clock = zoneClock(spec.timeZone);
    this.#columns = spec.features.map(({ transform }) => transform.column);
    this.#bound = spec.features.map((feature) => boundFeature(feature, clock, dictionaries));
    this.imputedCounts = new Float64Array(spec.features.length);
  }

  /** Row-major features of the segment, one row per transaction, into `out` from its start. */
  compute(
    segment: DecodedSegment,
    out: Float32Array = new Float32Array(segment.rowCount * this.#bound.length),
  ): Float32Array {
    const stride = this.#bound.length;
    const writers = this.#bound.map((bind, offset) =>
      bind(segment.columns.get(this.#columns[offset]), out, offset, stride),
    );
    for (let from = 0; from < segment.rowCount; from += blockRows) {
      const to = Math.min(segment.rowCount, from + blockRows);
      for (let offset = 0; offset < stride; offset++) this.imputedCounts[offset] += writers[offset](from, to);
    }
    return out;
  }
}

/** The row-major features of one segment. See `FeatureComputer`, which is faster for many segments. */
export function computeFeatures(spec: FeatureSpec, segment: DecodedSegment, dictionaries: Dictionaries): Float32Array {
  return new FeatureComputer(spec, dictionaries).compute(segment);
}

/** JSON without white space, keys in code-unit order. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

/** SHA-256, hexadecimal, over the spec as JSON with sorted keys: equal digests mean equal features. */
export function featureSpecDigest(spec: FeatureSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex');
}
