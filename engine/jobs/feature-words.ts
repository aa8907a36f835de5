import type { FeatureSpec } from '../domain/feature-spec.ts';
import { columnWithRole, type Profile } from '../domain/profile.ts';
import type { FeatureWords } from '../forest/reasons/describe-reasons.ts';

/** The features of a spec in an analyst's words, in the order of the matrix columns. */
export function featureWords(spec: FeatureSpec, profile: Profile): readonly FeatureWords[] {
  const amount = columnWithRole(profile, 'amount')?.name;
  return [
    ...spec.features.map((feature) => ({
      name: feature.name,
      description: rowFeatureWords(feature, amount),
      unit: '',
    })),
    ...(spec.windows?.features ?? []).map((feature) => ({
      name: feature.name,
      description: feature.description,
      unit: feature.kind === 'since-last' ? 'h' : '',
    })),
  ];
}

/** The amount is called so, and the logarithm of it too: its values are not amounts. */
function rowFeatureWords(
  { transform, description }: FeatureSpec['features'][number],
  amount: string | undefined,
): string {
  if (transform.column !== amount) return description.replace(/\.$/, '');
  return transform.kind === 'log' ? 'logarithm of the amount' : 'amount';
}
