import type { ColumnTotals } from '../domain/column-totals.ts';
import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { Profile } from '../domain/profile.ts';
import { describeProfile } from '../features/describe-profile.ts';
import type { ReadableCase } from '../store/readable-case.ts';
import type { ColumnReport } from '../../preload/contract/recordings.ts';

/** How each column of a case was understood and what it holds; `spec` adds what became of it as a feature. */
export function describeColumns(
  profile: Profile,
  spec: FeatureSpec | null,
  totals: ReadonlyMap<string, ColumnTotals>,
): ColumnReport[] {
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
    ...(row.personal && { personal: row.personal }),
    totals: totals.get(row.column) ?? null,
  }));
}

/** The control totals of every column, where they hold for all rows of the case; else none. */
export function totalsOfCase(openedCase: ReadableCase): ReadonlyMap<string, ColumnTotals> {
  const kept = openedCase.readingTotals();
  return kept?.nextSequence === openedCase.nextSequence() ? kept.columns : new Map<string, ColumnTotals>();
}

/** Features over time that group transactions by this column. */
function windowsOver(spec: FeatureSpec, column: string): readonly string[] {
  const features = spec.windows?.features ?? [];
  return features.filter(({ entity }) => (entity as readonly string[]).includes(column)).map(({ name }) => name);
}
