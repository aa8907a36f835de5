import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile } from '../domain/profile.ts';
import { describeProfile } from '../features/describe-profile.ts';
import type { ColumnReport } from '../../preload/contract/jobs.ts';

/** How each column of a case was understood; `spec` adds what became of it as a feature. */
export function describeColumns(profile: Profile, spec: FeatureSpec | null): ColumnReport[] {
  const known: FeatureSpec = spec ?? { version: 1, timeZone: profile.timeZone, features: [], leftOut: [] };
  return describeProfile(profile, known).map((row) => ({
    name: row.column,
    role: row.role,
    kind: row.kind,
    confidence: row.confidence,
    usedAs: [...row.usedAs, ...windowsOver(known, row.column)],
    reason: row.why,
    ...(row.written !== undefined && { written: row.written }),
    ...(row.doubt && { doubt: row.doubt }),
  }));
}

/** Features over time that group transactions by this column. */
function windowsOver(spec: FeatureSpec, column: string): readonly string[] {
  const features = spec.windows?.features ?? [];
  return features.filter(({ entity }) => (entity as readonly string[]).includes(column)).map(({ name }) => name);
}
