import type { FeatureSpec } from '../domain/feature-spec.ts';
import type { PersonalColumn } from '../domain/personal.ts';
import type { ColumnKind, ColumnRole, Doubt, Profile, ProfileColumn } from '../domain/profile.ts';
import { numberFormName } from './number-forms.ts';

/** One line of the report on how a recording was understood. */
export interface ProfileRow {
  readonly column: string;
  readonly role: ColumnRole;
  readonly kind: ColumnKind;
  readonly confidence: number;
  /** Names of the features that come from the column; empty where there are none. */
  readonly usedAs: readonly string[];
  /** Why it has its role, and why it is left out where it is. */
  readonly why: string;
  /** How its times or numbers are written; absent for other kinds. */
  readonly written?: string;
  /** Present until a person decides between two readings. */
  readonly doubt?: Doubt;
  /** Present where it holds data of people. */
  readonly personal?: PersonalColumn;
}

function howWritten({ kind, timeFormat, numberFormat }: ProfileColumn): string | undefined {
  if (kind === 'time') return timeFormat;
  return kind === 'number' && numberFormat !== undefined ? numberFormName(numberFormat) : undefined;
}

/** Every column of a profile with what became of it, in the recording's order. */
export function describeProfile(profile: Profile, spec: FeatureSpec): readonly ProfileRow[] {
  return profile.columns.map((column) => {
    const { name, role, kind, confidence, reason, doubt, personal } = column;
    const written = howWritten(column);
    const usedAs = spec.features.filter(({ transform }) => transform.column === name).map((feature) => feature.name);
    const leftOut = spec.leftOut.filter((entry) => entry.column === name).map((entry) => entry.reason);
    const further = leftOut.filter((why) => !why.includes(reason));
    return {
      column: name,
      role,
      kind,
      confidence,
      usedAs,
      why: [reason, ...further].join('; left out: '),
      ...(written !== undefined && { written }),
      ...(doubt && { doubt }),
      ...(personal && { personal }),
    };
  });
}
