import { z } from 'zod';
import { personalColumnSchema, personalKinds } from './personal.ts';
import { timePatternProblem } from './time-pattern.ts';
import { statedFormatSchema } from './stated-format.ts';

/** What a column means. Entities (customer, card, account, terminal, merchant) are never features themselves. */
export const columnRoles = [
  'id',
  'event_time',
  'amount',
  'currency',
  'customer',
  'card',
  'account',
  'terminal',
  'merchant',
  'label',
  'feature',
  'ignored',
] as const;
export type ColumnRole = (typeof columnRoles)[number];

/** How a column's cells are decoded. `category` has a dictionary; `text` is kept only for ids. */
export const columnKinds = ['number', 'time', 'category', 'text'] as const;
export type ColumnKind = (typeof columnKinds)[number];

export const numberFormatSchema = z.object({
  decimal: z.enum(['.', ',']),
  group: z.enum(['.', ',', ' ', "'"]).nullable(),
  decorated: z.boolean(),
});

/** Formats of times that have a name; any other is a pattern. */
export const namedTimeFormats = [
  'iso',
  'month/day/year',
  'day/month/year',
  'year/month/day',
  'day.month.year',
  'epoch-seconds',
  'epoch-milliseconds',
  'epoch-microseconds',
  'epoch-nanoseconds',
  'excel-serial',
  'milliseconds-relative',
  'seconds-relative',
  'minutes-relative',
  'hours-relative',
  'days-relative',
] as const;
const namedTimeFormatSet: ReadonlySet<string> = new Set(namedTimeFormats);

/**
 * How times are written: ISO 8601 (`iso`, a space instead of T is accepted, no zone means the profile's zone), a named
 * date with an optional time after it, a number since 1970 or a spreadsheet's day, or a pattern such as
 * `dd-MMM-yyyy HH:mm:ss` (`time-pattern.ts`). The relative ones count from an unknown origin: they order the stream
 * but have no hour or weekday.
 */
export const timeFormatSchema = z.string().superRefine((format, context) => {
  if (namedTimeFormatSet.has(format)) return;
  const problem = timePatternProblem(format);
  if (problem === undefined) return;
  const message = `'${format}' is neither a named format (${namedTimeFormats.join(', ')}) nor a pattern such as dd-MMM-yyyy HH:mm:ss: ${problem}`;
  context.addIssue({ code: 'custom', message });
});
export type TimeFormat = string;

/** What a person may say of one column. */
const statedColumnSchema = z.object({
  role: z.enum(columnRoles).optional(),
  kind: z.enum(columnKinds).optional(),
  numberFormat: numberFormatSchema.optional(),
  timeFormat: timeFormatSchema.optional(),
  /** Times in several columns: those whose cells follow this one's, after a space each. */
  joinedWith: z.array(z.string()).optional(),
  positiveValues: z.array(z.string()).optional(),
  /** Which data of people it holds; `none` where it was taken for such by mistake. */
  personal: z.enum([...personalKinds, 'none']).optional(),
  /** Personal data are kept as they come. What may never be stored is not, all the same. */
  keepClear: z.boolean().optional(),
});
export type StatedColumn = z.infer<typeof statedColumnSchema>;
const statedColumnsSchema = z.record(z.string(), statedColumnSchema);

/** One way to read a column, and what it gives over the rows looked at. */
const readingSchema = z.object({
  reading: z.string(),
  gives: z.object({
    /** First and last time, ISO 8601, and the longest time between two neighbours in order of time. */
    from: z.string().optional(),
    to: z.string().optional(),
    longestGapSeconds: z.number().optional(),
    /** Numbers: their sum and the greatest of them. */
    sum: z.string().optional(),
    greatest: z.string().optional(),
    /** Labels: the rows that would be fraud. */
    positives: z.number().int().optional(),
  }),
  /** What it gives in words, empty where that cannot be counted. */
  givesInWords: z.string(),
  /** The flag of the command line that chooses this reading. */
  settledBy: z.string(),
  /** The same choice as part of a profile. */
  states: statedColumnsSchema,
});
export type Reading = z.infer<typeof readingSchema>;

/** Two readings fit the rows looked at: which was taken, and by what evidence. A person's word ends the doubt. */
export const doubtSchema = z.object({
  question: z.string(),
  evidence: z.string(),
  taken: readingSchema,
  other: readingSchema,
});
export type Doubt = z.infer<typeof doubtSchema>;

export const profileColumnSchema = z.object({
  name: z.string(),
  kind: z.enum(columnKinds),
  role: z.enum(columnRoles),
  /** 0 to 1: how sure the inference is of the role; 1 where a person said so. */
  confidence: z.number().min(0).max(1),
  /** Why it has this role, or why it is left out, in words for the report. */
  reason: z.string(),
  inferred: z.boolean(),
  /** Present where the rows looked at had no value (0) or one and the same (1): other rows may say more. */
  sampledValues: z.union([z.literal(0), z.literal(1)]).optional(),
  /** Present for numbers where the rows looked at had no separator, so that they could not say what separates what. */
  sampledWhole: z.literal(true).optional(),
  numberFormat: numberFormatSchema.optional(),
  timeFormat: timeFormatSchema.optional(),
  /** Times in several columns: those whose cells follow this one's, after a space each. */
  joinedWith: z.array(z.string()).optional(),
  /** Label columns: the texts that mean fraud, in any case. */
  positiveValues: z.array(z.string()).optional(),
  /** Present until a person decides. */
  doubt: doubtSchema.optional(),
  /** Present where it holds data of people, or what only the owner of a card may know. */
  personal: personalColumnSchema.optional(),
});
export type ProfileColumn = z.infer<typeof profileColumnSchema>;

export const profileSchema = z.object({
  version: z.literal(1),
  /** IANA zone in which times without an offset are read and hours are told. */
  timeZone: z.string(),
  columns: z.array(profileColumnSchema),
});
export type Profile = z.infer<typeof profileSchema>;

/** What a person may say about a recording and its columns, by flags or by a profile file; everything else is inferred. */
export const profileOverridesSchema = statedFormatSchema.extend({
  id: z.string().optional(),
  time: z.string().optional(),
  amount: z.string().optional(),
  label: z.string().optional(),
  /** The texts of the label column that mean fraud, whichever column that is. */
  positive: z.array(z.string()).min(1).optional(),
  ignore: z.array(z.string()).optional(),
  timeZone: z.string().optional(),
  /** Refuses what is in doubt instead of taking the likelier reading. */
  strict: z.boolean().optional(),
  /** Per column: any part of its entry. */
  columns: statedColumnsSchema.optional(),
});
export type ProfileOverrides = z.infer<typeof profileOverridesSchema>;

/** The first column with a role, or undefined. */
export function columnWithRole(profile: Profile, role: ColumnRole): ProfileColumn | undefined {
  return profile.columns.find((column) => column.role === role);
}
