import { z } from 'zod';
import { themes, themeSchema, windowSpecSchema, type Theme } from './window-feature.ts';

/** How a missing source value is filled, and how many were filled when the spec was fitted. */
export const imputationSchema = z.object({
  rule: z.enum(['median', 'most-frequent', 'zero']),
  value: z.number(),
  missingCount: z.number().int(),
});

/**
 * One float32 feature of a transaction, computed from its own row. Every kind is a pure function of the
 * decoded cell and of constants recorded here, so that the same spec gives the same number everywhere.
 */
export const rowTransformSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('identity'), column: z.string() }),
  /** sign(x) * ln(1 + |x|). */
  z.object({ kind: z.literal('log'), column: z.string() }),
  /** Hour of day with its fraction, 0 <= h < 24, in the profile's zone. */
  z.object({ kind: z.literal('hour'), column: z.string() }),
  /** Monday 0 to Sunday 6. */
  z.object({ kind: z.literal('weekday'), column: z.string() }),
  /** 1 from 00:00 to 06:59, else 0. */
  z.object({ kind: z.literal('night'), column: z.string() }),
  /** 1 on Saturday and Sunday, else 0. */
  z.object({ kind: z.literal('weekend'), column: z.string() }),
  /** Share of the fitted rows with the same text; 0 for a text never seen. */
  z.object({ kind: z.literal('frequency'), column: z.string(), shares: z.record(z.string(), z.number()) }),
  /** 1 where the text equals `value`, else 0. */
  z.object({ kind: z.literal('one-hot'), column: z.string(), value: z.string() }),
]);
export type RowTransform = z.infer<typeof rowTransformSchema>;

export const featureSchema = z.object({
  name: z.string(),
  /** One plain sentence for reports and model cards. */
  description: z.string(),
  transform: rowTransformSchema,
  imputation: imputationSchema,
  theme: themeSchema.optional(),
  /** True where the value depends on labels of earlier transactions. */
  usesLabels: z.boolean(),
});
export type Feature = z.infer<typeof featureSchema>;

/** Why a column gave no feature. */
export const leftOutSchema = z.object({ column: z.string(), reason: z.string() });

export const featureSpecSchema = z.object({
  version: z.literal(1),
  timeZone: z.string(),
  features: z.array(featureSchema),
  /** Features over time; their columns follow those of `features` in the matrix. */
  windows: windowSpecSchema.optional(),
  leftOut: z.array(leftOutSchema),
});
export type FeatureSpec = z.infer<typeof featureSpecSchema>;

/** The names of all features of a spec in the order of the matrix columns. */
export function featureNames(spec: FeatureSpec): readonly string[] {
  return [...spec.features.map(({ name }) => name), ...(spec.windows?.features.map(({ name }) => name) ?? [])];
}

/** The columns of a recording that a spec computes its features from, each once. */
export function columnsOfSpec({ features, windows }: FeatureSpec): readonly string[] {
  const overTime = (windows?.features ?? []).flatMap((feature) => [
    ...feature.entity,
    ...('amount' in feature ? [feature.amount] : []),
    ...('of' in feature ? [feature.of] : []),
    ...('label' in feature ? [feature.label] : []),
    ...('category' in feature && feature.category !== null ? [feature.category] : []),
  ]);
  return [...new Set([...features.map(({ transform }) => transform.column), ...overTime])];
}

/** The columns of the matrix that forests are not grown on, but what is learned from verdicts uses. */
export function withheldOf(spec: FeatureSpec): number[] {
  const overTime = spec.windows?.features ?? [];
  return overTime.flatMap(({ isForLearning }, at) => (isForLearning === true ? [spec.features.length + at] : []));
}

/** The columns of the matrix that belong to each theme, in the order of the themes; those of no feature are left out. */
export function themesOf(spec: FeatureSpec): { readonly theme: Theme; readonly features: number[] }[] {
  const ofColumn = [...spec.features, ...(spec.windows?.features ?? [])].map(({ theme }) => theme);
  return themes
    .map((theme) => ({ theme, features: [...ofColumn.keys()].filter((column) => ofColumn[column] === theme) }))
    .filter(({ features }) => features.length > 0);
}
