/** Names as they are compared: lower case, without accents and points. */
function plainName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}.]/gu, '')
    .toLowerCase();
}

const shortestName = 3;

/** Month names as people cut them, beside those that the platform knows. */
const furtherNames: Readonly<Record<string, readonly (readonly string[])[]>> = {
  de: [[], [], ['mrz'], [], [], [], [], [], [], [], [], []],
  en: [[], [], [], [], [], [], [], [], ['sept'], [], [], []],
};

/** The names of the twelve months in one language: alone and within a date, whole and cut. */
function namesOfMonths(language: string): readonly ReadonlySet<string>[] {
  const styles: readonly Intl.DateTimeFormatOptions[] = [
    { month: 'long' },
    { month: 'short' },
    { month: 'long', day: 'numeric' },
    { month: 'short', day: 'numeric' },
  ];
  const formats = styles.map(
    (style) => new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC', calendar: 'gregory' }),
  );
  return Array.from({ length: 12 }, (_, month) => {
    const names = formats.flatMap((format) =>
      format
        .formatToParts(Date.UTC(2024, month, 15))
        .filter(({ type }) => type === 'month')
        .map(({ value }) => plainName(value)),
    );
    return new Set([...names, ...(furtherNames[language]?.[month] ?? [])]);
  });
}

/** Finds the month that a word means in one language. */
export type MonthFinder = (word: string) => number;

function createMonthFinder(language: string): MonthFinder {
  const months = namesOfMonths(language);
  const known = new Map<string, number>();
  months.forEach((names, month) => names.forEach((name) => known.set(name, month + 1)));
  return (word) => {
    const name = plainName(word);
    const found = known.get(name);
    if (found !== undefined) return found;
    if (name.length < shortestName) return NaN;
    const fitting = months.flatMap((names, month) =>
      [...names].some((each) => each.startsWith(name)) ? [month + 1] : [],
    );
    const month = fitting.length === 1 ? fitting[0] : NaN;
    known.set(name, month);
    return month;
  };
}

const finders = new Map<string, MonthFinder>();

/** True for a language tag of BCP 47 that the platform has month names for. */
export function isKnownLanguage(language: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(language).length > 0;
  } catch {
    return false;
  }
}

/**
 * The months of a language (a BCP 47 tag such as `fr`): a word is the number 1 to 12 of the month that it names, in any
 * case, with or without accents and a point, cut after three letters or more where that leaves one month; else NaN.
 */
export function monthFinder(language: string): MonthFinder {
  let finder = finders.get(language);
  if (finder === undefined) {
    finder = createMonthFinder(language);
    finders.set(language, finder);
  }
  return finder;
}
