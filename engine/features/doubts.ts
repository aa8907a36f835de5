import { usageError } from '../domain/error.ts';
import { columnWithRole } from '../domain/profile.ts';
import type { Doubt, Profile, Reading } from '../domain/profile.ts';
import type { ColumnFacts } from './column-facts.ts';
import { cutTimes } from './cut-times.ts';
import { isNamedLikeAmount } from './infer-amount.ts';
import { formatCount } from './finding.ts';
import { textsOfJson } from './infer-ordinary.ts';
import { numbersGiven } from './infer-number-format.ts';
import type { NumberReading } from './infer-number-format.ts';
import { numberFormName } from './number-forms.ts';

const needsNoQuotes = /^[\w.,:@/=+-]+$/;

/** A flag with its value as it is typed in a shell. */
export function flagOf(flag: string, value: string): string {
  return `${flag} ${needsNoQuotes.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`;
}

function givenWords({ from, to, longestGapSeconds, sum, greatest, positives }: Reading['gives']): string {
  const parts = [
    from === undefined || to === undefined ? [] : [`${from} to ${to}`],
    longestGapSeconds === undefined ? [] : [`longest gap ${formatCount(longestGapSeconds)} s`],
    sum === undefined ? [] : [`sum ${sum}`],
    greatest === undefined ? [] : [`greatest ${greatest}`],
    positives === undefined ? [] : [`${formatCount(positives)} of the rows looked at`],
  ];
  return parts.flat().join(', ');
}

/** One way to read a column: what it gives over the rows looked at, and how a person chooses it. */
export function readingOf(
  reading: string,
  gives: Reading['gives'],
  settledBy: string,
  states: Reading['states'],
): Reading {
  return { reading, gives, givesInWords: givenWords(gives), settledBy, states };
}

function numberReading(facts: ColumnFacts, { format, values }: NumberReading): Reading {
  const name = numberFormName(format);
  return readingOf(
    `numbers written ${name}`,
    numbersGiven(values),
    flagOf('--number-format', `${facts.name}=${name}`),
    { [facts.name]: { numberFormat: format } },
  );
}

/** The doubt about what separates three digits, or undefined where the numbers can be read in one way only. */
export function numberDoubt(facts: ColumnFacts): Doubt | undefined {
  const { numbers } = facts;
  if (numbers?.other === undefined) return undefined;
  const mark = /[.,]/.exec(facts.present().find((text) => /[.,]/.test(text)) ?? '')?.[0] ?? '.';
  return {
    question: `Is '${mark}' in '${facts.name}' a decimal or between thousands?`,
    evidence: numbers.evidence ?? 'nothing in these rows speaks for either',
    taken: numberReading(facts, numbers),
    other: numberReading(facts, numbers.other),
  };
}

function inParentheses({ givesInWords }: Reading): string {
  return givesInWords === '' ? '' : ` (${givesInWords})`;
}

/** One sentence for each doubt of a profile: what was taken and why, what else it may be, and the flags that settle it. */
export function doubtSentences(profile: Profile): readonly string[] {
  return profile.columns.flatMap(({ doubt }) => {
    if (doubt === undefined) return [];
    const { question, evidence, taken, other } = doubt;
    return [
      `${question} In doubt. Taken: ${taken.reading}${inParentheses(taken)}, because ${evidence}; ` +
        `otherwise: ${other.reading}${inParentheses(other)}. ` +
        `Settle it with \`${taken.settledBy}\` or \`${other.settledBy}\`.`,
    ];
  });
}

/**
 * A sentence for each column of JSON texts and of times that are cut, one where no column tells when a transaction happened, one where what is named like an amount holds no numbers, and one
 * where the only column is a whole line.
 */
export function missingRoles(profile: Profile): readonly string[] {
  const [only, ...more] = profile.columns;
  if (more.length === 0 && /[,;\t|].*[,;\t|]/.test(only?.name ?? ''))
    return [
      `The recording has one column, '${only.name}': each line stands in quotes as a whole. Take these quotes off, for example with sed 's/^"//;s/"$//;s/""/"/g'.`,
    ];
  const noTime =
    'No column tells when a transaction happened, so there are no features over time and no alerts per day; --time COLUMN names one, and --time-format COLUMN=PATTERN says how it is written.';
  const hasAmount = columnWithRole(profile, 'amount') !== undefined;
  const named = profile.columns.find(
    ({ name, kind, inferred }) => inferred && (kind === 'text' || kind === 'category') && isNamedLikeAmount(name),
  );
  return [
    ...textsOfJson(profile),
    ...cutTimes(profile),
    ...(columnWithRole(profile, 'event_time') === undefined ? [noTime] : []),
    ...(hasAmount || named === undefined
      ? []
      : [
          `'${named.name}' is named like an amount, but its values are no numbers in one form, so there is no amount; write them as plain numbers, or name another column with --amount.`,
        ]),
  ];
}

const moreFlag = 'Add the flag of the reading that is right, or leave out --strict to take the likelier one.';

/** Refuses what is in doubt. @throws AssayError IN_DOUBT with every doubt. */
export function refuseDoubt(profile: Profile): void {
  const sentences = doubtSentences(profile);
  if (sentences.length > 0) throw usageError('IN_DOUBT', sentences.join(' '), moreFlag);
}
