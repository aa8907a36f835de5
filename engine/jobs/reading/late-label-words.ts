import { columnWithRole, type Profile, type ProfileOverrides } from '../../domain/profile.ts';
import { formatCount, joinWords } from '../../features/finding.ts';
import { isKnownLabelText, positiveValuesOf, saysFraud } from '../../features/infer-label.ts';
import type { ReadableCase } from '../../store/readable-case.ts';

/** A label with more values than this names kinds of something: which of them mean fraud is for a person to say. */
const mostValues = 5;

/**
 * The profile with the words of the label column that came after its first rows, where those say which mean fraud; a sentence
 * for each thing that a person should look at. What a person said of the words holds.
 */
export function lateLabelWords(
  openedCase: ReadableCase,
  profile: Profile,
  overrides: ProfileOverrides,
): { readonly profile: Profile; readonly notices: readonly string[] } {
  const label = columnWithRole(profile, 'label');
  const unchanged = { profile, notices: [] };
  if (label === undefined) return lateLabel(openedCase, profile) ?? unchanged;
  if (label.kind !== 'category') return unchanged;
  const stated = overrides.positive ?? overrides.columns?.[label.name]?.positiveValues;
  const dictionary = openedCase.dictionaries().get(label.name);
  if (stated !== undefined || dictionary === undefined) return unchanged;
  const known = label.positiveValues ?? [];
  const texts = Array.from({ length: dictionary.size }, (_, code) => dictionary.textOf(code));
  if (texts.every((text) => isKnownLabelText(text, known))) return unchanged;

  const counts = countsOf(openedCase, label.name, texts);
  const positives = positiveValuesOf({ counts });
  const late = texts.filter((text) => counts.has(text) && !isKnownLabelText(text, known));
  const added = late.filter((text) => positives.includes(text));
  const shown = joinWords(
    late.slice(0, mostValues).map((text) => `'${text}' (${formatCount(counts.get(text) ?? 0)} rows)`),
  );
  const mayTake = label.inferred || overrides.label === label.name;
  if (late.length === 0 || isSame(positives, known)) return unchanged;
  if (counts.size > mostValues || !mayTake || openedCase.counts().models > 0) {
    const notice = `The label '${label.name}' has values that its first rows lack: ${shown}; they are not taken for fraud. Say which values mean fraud with --positive.`;
    return { profile, notices: [notice] };
  }
  const columns = profile.columns.map((column) =>
    column === label
      ? { ...column, positiveValues: [...positives], reason: `${label.reason}; ${joinWords(added)} as well` }
      : column,
  );
  const notice = `The label '${label.name}' has values that its first rows lack: ${shown}; ${joinWords(positives)} ${positives.length === 1 ? 'means' : 'mean'} fraud now. --positive says otherwise.`;
  return { profile: { ...profile, columns }, notices: [notice] };
}

/** The label of a profile that has none, where a column of one value turns out to have a second one that says fraud. */
function lateLabel(openedCase: ReadableCase, profile: Profile): ReturnType<typeof lateLabelWords> | undefined {
  const dictionaries = openedCase.dictionaries();
  for (const column of profile.columns) {
    const dictionary = dictionaries.get(column.name);
    const mayBe = column.inferred && column.role === 'feature' && column.sampledValues === 1;
    if (!mayBe || dictionary?.size !== 2) continue;
    const texts = [dictionary.textOf(0), dictionary.textOf(1)];
    const counts = countsOf(openedCase, column.name, texts);
    if (!saysFraud({ counts })) continue;
    const positives = positiveValuesOf({ counts });
    const word = joinWords(positives);
    const rows = formatCount(positives.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0));
    const found = `'${column.name}' says '${word}' in ${rows} rows after the first ones`;
    if (openedCase.counts().models > 0)
      return { profile, notices: [`${found}; it stays a feature of the model there is, and gives fraud away.`] };
    const reason = `two values, one of which says fraud; ${word} means fraud`;
    const asLabel = { ...column, role: 'label', kind: 'category', confidence: 0.8, reason } as const;
    return {
      profile: {
        ...profile,
        columns: profile.columns.map((each) =>
          each === column ? { ...asLabel, positiveValues: [...positives] } : each,
        ),
      },
      notices: [`${found}, so it is the label and no feature. --label says otherwise.`],
    };
  }
  return undefined;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text) => other.includes(text));
}

function countsOf(openedCase: ReadableCase, name: string, texts: readonly string[]): ReadonlyMap<string, number> {
  const rows = new Uint32Array(texts.length);
  for (const segment of openedCase.segments()) {
    const block = openedCase.readSegmentColumns(segment, [name]).columns.get(name);
    if (block?.kind === 'code') for (const code of block.codes) if (code >= 0) rows[code] += 1;
  }
  return new Map(texts.flatMap((text, code) => (rows[code] === 0 ? [] : [[text, rows[code]] as const])));
}
