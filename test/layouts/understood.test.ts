import { resolve } from 'node:path';
import prettier from 'prettier';
import { expect, it } from 'vitest';
import { decodeNumberText } from '../../engine/domain/number-text.ts';
import { patternLetters } from '../../engine/domain/time-pattern.ts';
import { decodeTimeText } from '../../engine/domain/time-text.ts';
import { zoneClock } from '../../engine/domain/time-zone.ts';
import { amountRows, currencyRows } from '../../engine/features/amount-names.ts';
import { codeRows, kindRows, proseRows } from '../../engine/features/code-names.ts';
import { languagesOfNames } from '../../engine/features/infer-time-format.ts';
import { entityRows, identifierRows, recordRows } from '../../engine/features/key-names.ts';
import { labelRows, negativeTexts, positiveTexts, unknownTexts } from '../../engine/features/label-names.ts';
import type { NameRow } from '../../engine/features/name-rows.ts';
import { decorations, numberForms } from '../../engine/features/number-forms.ts';
import { countedTimeForms, packedTimeForms, textTimeForms } from '../../engine/features/time-forms.ts';
import { eventRows, otherEventRows, stepRows, timePartRows, timeRows } from '../../engine/features/time-names.ts';

const utc = zoneClock('UTC');

// A row whose example its own form cannot read would promise on the page what the reader refuses.
it.each(
  [...textTimeForms, ...packedTimeForms, ...countedTimeForms].map((form) => [form.format, form.example] as const),
)('%s reads its example %s', (format, example) => {
  const formats = [format, ...(format.includes('MMM') ? languagesOfNames.map((each) => `${format}@${each}`) : [])];
  const instants = formats.map((each) => decodeTimeText(example, each, utc)).filter((each) => !Number.isNaN(each));
  expect(new Date(instants[0]).toISOString().slice(0, 10)).toBe('2024-10-20');
});

it.each(numberForms.map(({ notation, example }) => [example, notation] as const))('%s is read', (example, notation) => {
  expect(decodeNumberText(example, { ...notation, decorated: false })).toBe(1234.5);
});

it('the page of what is understood is the one that the tables give (npx vitest run test/layouts --update=all writes it)', async () => {
  const target = resolve(import.meta.dirname, '../../docs/what-is-understood.md');
  const options = await prettier.resolveConfig(target);
  await expect(await prettier.format(page(), { ...options, parser: 'markdown' })).toMatchFileSnapshot(target);
});

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text}\``;
const forms = (
  rows: readonly {
    readonly name: string;
    readonly format: string;
    readonly example: string;
    readonly reason: string;
  }[],
): string =>
  table(
    ['form', '`timeFormat`', 'example', 'where, and what it answers'],
    rows.map(({ name, format, example, reason }) => [name, code(format), code(example), reason]),
  );
const names = (rows: readonly NameRow[]): string =>
  table(
    ['words', 'example', 'where, and what it answers', 'sure'],
    rows.map(({ words, example, reason, certainty }) => [
      words.join(', '),
      code(example),
      reason,
      `${Math.round(certainty * 100)} %`,
    ]),
  );

function page(): string {
  return `# What is understood

How columns are read without being told: each row is one in the code, and \`test/layouts/understood.test.ts\` writes this page from them.
What a person states always wins. Where two rows fit the same cells, the likelier is taken by gaps, span, order, and the
other columns, and the doubt is said with both readings and the flags that settle it.

## Times as texts

\`+time\` stands for a time of day as it may follow: after a space, \`T\` or a comma; seconds, fraction, am/pm and offset where they are written.
Names of months are English, or else in one of: ${languagesOfNames.join(', ')}. Of equally likely forms the upper one is taken.

${forms(textTimeForms)}

## Times as numbers

Only where the name says time or date. Packed digits must be dates from 1990 to 2049 in every cell.

${forms([...packedTimeForms, ...countedTimeForms])}

A count since 1970 that is too great or too small for its column's unit is read in the unit that fits it (\`1729411509\` among
milliseconds is seconds), unless it is a midnight.

Times are kept to the millisecond, whether texts or numbers: what is finer is cut. Rows within one millisecond stay in the order they came in. It is
said once for a column, with the share of the sampled rows.

Counted from an unknown start: \`milliseconds-relative\`, \`seconds-relative\`, \`minutes-relative\`, \`hours-relative\`, \`days-relative\`. They order
the stream but tell no hour or weekday.

${names(stepRows)}

## Times in several columns

A date without a time of day is joined with a time of day beside it (\`08:05\`, \`080500\`, \`805\`, \`8.05\`, \`8\`); a year with a month and a
day, and a time of day where there is one. Columns of these names:

${names(timePartRows)}

## Patterns

\`timeFormat\`, and \`--time-format COLUMN=PATTERN\`, take what the tables above show and any other pattern of these letters, a part of the
date field symbols of Unicode. Texts stand in single quotes, parts that may be absent in brackets; \`+time\` may end a pattern, and
\`@fr\` after it is the language of names.

${table(
  ['letters', 'mean', 'example'],
  patternLetters.map(({ letters, means, example }) => [code(letters), means, code(example)]),
)}

## Numbers

\`--number-format COLUMN=FORM\` takes the number 1234.5 as the column would write it. A later cell that can be read in one way
only (\`12,345.67\`, \`$12.50\`) is read so, whatever the column's form.

${table(
  ['form', 'example', 'where, and what it answers'],
  numberForms.map(({ name, example, reason }) => [code(name), code(example), reason]),
)}

${table(
  ['around the digits', 'example', 'meaning'],
  decorations.map(({ name, example, reason }) => [name, code(example), reason]),
)}

## Which column is the label

Below 60 % a column of two values is not taken for the label, but never becomes a feature either.

${names(labelRows)}

Fraud: ${positiveTexts.map(code).join(', ')}. None: ${negativeTexts.map(code).join(', ')}. Not known yet: ${unknownTexts.map(code).join(', ')}. In
any case. Of -1 and 1 the rarer is fraud; of 0, 1 and 2 all but 0, in doubt.

## Which column is the event time

${names([...timeRows, ...eventRows])}

Times of something else:

${names(otherEventRows)}

## Which columns name something

The transaction: a word for an identifier, and one for the transaction where it is not \`id\` alone.

${names([...identifierRows, ...recordRows])}

Who takes part:

${table(
  ['role', 'words', 'example', 'where, and what it answers'],
  entityRows.map(({ role, words, example, reason }) => [role, words.join(', '), code(example), reason]),
)}

## Amount and currency

${names([...amountRows, ...currencyRows])}

## Codes that look like magnitudes, and prose

Always codes:

${names(codeRows)}

Codes where there are at most 50 kinds:

${names(kindRows)}

Free text:

${names(proseRows)}
`;
}
