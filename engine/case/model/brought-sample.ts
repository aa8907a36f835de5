import { z } from 'zod';
import type { FeatureMatrix } from '../../domain/model.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { WritableCase } from '../../store/writable-case.ts';

const broughtSampleSchema = z.object({
  /** Where the model was taken over from; not said by cases of earlier versions. */
  from: z.string().optional(),
  rowCount: z.number().int(),
  featureCount: z.number().int(),
  values: z.base64(),
});

function settingOf(digest: string): string {
  return `training sample ${digest}`;
}

/** Keeps, with a model that was taken over, whence and what it was trained on, so that drift can be measured against it. */
export function bringSample(into: WritableCase, digest: string, from: string, sample: FeatureMatrix | null): void {
  const { rowCount, featureCount, values } = sample ?? { rowCount: 0, featureCount: 0, values: new Float32Array() };
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  into.setSetting(settingOf(digest), { from, rowCount, featureCount, values: bytes.toString('base64') });
}

/** Whether a model was taken over, and so grown from rows of another case. */
export function isBrought(openedCase: ReadableCase, digest: string): boolean {
  return openedCase.setting(settingOf(digest)) !== undefined;
}

/** Undefined for a model of this case; null where the other case did not know its rows any more. */
export function broughtSample(openedCase: ReadableCase, digest: string): FeatureMatrix | null | undefined {
  const stored = openedCase.setting(settingOf(digest));
  if (stored === undefined) return undefined;
  const { rowCount, featureCount, values } = broughtSampleSchema.parse(stored);
  if (rowCount === 0) return null;
  const bytes = Uint8Array.from(Buffer.from(values, 'base64'));
  return { rowCount, featureCount, values: new Float32Array(bytes.buffer) };
}

/** Where a model was taken over from, in words; null where it was made here, or by an earlier version. */
export function takenOverFrom(openedCase: ReadableCase, digest: string): string | null {
  const stored = broughtSampleSchema.safeParse(openedCase.setting(settingOf(digest)));
  return stored.data?.from ?? null;
}
