import { z } from 'zod';

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

/**
 * How times are written: ISO 8601 (`iso`, a space instead of T is accepted, no zone means the profile's zone), a date pattern with
 * an optional time after it, or a number of seconds / milliseconds / microseconds since 1970. `seconds-relative`
 * counts from an unknown origin: it orders the stream but has no hour or weekday.
 */
export const timeFormatSchema = z.enum([
  'iso',
  'month/day/year',
  'day/month/year',
  'year/month/day',
  'day.month.year',
  'epoch-seconds',
  'epoch-milliseconds',
  'epoch-microseconds',
  'seconds-relative',
]);
export type TimeFormat = z.infer<typeof timeFormatSchema>;

export const profileColumnSchema = z.object({
  name: z.string(),
  kind: z.enum(columnKinds),
  role: z.enum(columnRoles),
  /** 0 to 1: how sure the inference is of the role; 1 where a person said so. */
  confidence: z.number().min(0).max(1),
  /** Why it has this role, or why it is left out, in words for the report. */
  reason: z.string(),
  inferred: z.boolean(),
  numberFormat: numberFormatSchema.optional(),
  timeFormat: timeFormatSchema.optional(),
  /** Label columns: the texts that mean fraud. */
  positiveValues: z.array(z.string()).optional(),
});
export type ProfileColumn = z.infer<typeof profileColumnSchema>;

export const profileSchema = z.object({
  version: z.literal(1),
  /** IANA zone in which times without an offset are read and hours are told. */
  timeZone: z.string(),
  columns: z.array(profileColumnSchema),
});
export type Profile = z.infer<typeof profileSchema>;

/** What a person may say about columns, by flags or by a profile file; everything else is inferred. */
export const profileOverridesSchema = z.object({
  id: z.string().optional(),
  time: z.string().optional(),
  amount: z.string().optional(),
  label: z.string().optional(),
  ignore: z.array(z.string()).optional(),
  timeZone: z.string().optional(),
  /** Per column: any part of its entry. */
  columns: z
    .record(
      z.string(),
      z.object({
        role: z.enum(columnRoles).optional(),
        kind: z.enum(columnKinds).optional(),
        numberFormat: numberFormatSchema.optional(),
        timeFormat: timeFormatSchema.optional(),
        positiveValues: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
export type ProfileOverrides = z.infer<typeof profileOverridesSchema>;

/** The first column with a role, or undefined. */
export function columnWithRole(profile: Profile, role: ColumnRole): ProfileColumn | undefined {
  return profile.columns.find((column) => column.role === role);
}
