import { z } from 'zod';

/** Longest window plus delay that a feature may ask for: ten years. */
const longestSpanMs = 3650 * 86_400_000;

const spanSchema = z.number().int().min(1).max(longestSpanMs);

/** What an analyst looks for, in the order of the lists: each feature that says something of it names it. */
export const themes = ['amount', 'velocity', 'new', 'time', 'terminal', 'risk'] as const;
export type Theme = (typeof themes)[number];
export const themeSchema = z.enum(themes);
/** What may lead an alert: a theme, or the features that belong to none. */
export const leadingThemes = [...themes, 'other'] as const;
export type LeadingTheme = (typeof leadingThemes)[number];
export const leadingThemeSchema = z.enum(leadingThemes);

/** The most payments that a habit may rest on. */
const longestHabit = 65_536;

const common = {
  theme: themeSchema.optional(),
  /** True where no forest is grown on it: it tells something only to what is learned from verdicts. */
  isForLearning: z.literal(true).optional(),
  /** Stable: the name of the column in the matrix, in reasons, exports and reports. */
  name: z.string().min(1),
  /** One plain phrase for reasons and model cards, such as "payments by this customer in 24 h". */
  description: z.string().min(1),
  /** The column, or the pair of columns, whose equal values make transactions belong together. */
  entity: z.union([z.tuple([z.string()]).readonly(), z.tuple([z.string(), z.string()]).readonly()]),
  windowMs: spanSchema,
  /** `log` writes sign(x) * ln(1 + |x|) instead of x. */
  scale: z.enum(['linear', 'log']),
};
const withoutLabels = { ...common, usesLabels: z.literal(false) };
const delayable = {
  ...withoutLabels,
  delayMs: z.number().int().min(0).max(longestSpanMs),
  includeCurrent: z.boolean(),
};
const ofAmount = { ...delayable, amount: z.string() };
/** The newest payments of a window at most, so that memory and work per entity are bounded however busy it is. */
const most = z.number().int().min(1).max(longestHabit);
/** What is usual for the entity: its newest payments, at most `most`, in (t - delay - window, t - delay]. */
const ofHabit = { ...withoutLabels, delayMs: spanSchema, most };
const againstHabit = {
  ...withoutLabels,
  habit: z.object({ windowMs: spanSchema, delayMs: spanSchema, most }),
};
/** A label is known only some time after its transaction, so a delay of 0 is not a valid spec. */
const ofLabel = { ...common, usesLabels: z.literal(true), delayMs: spanSchema, label: z.string() };

/**
 * One float32 feature of a transaction, computed from what the same entity did in a window of event time.
 * The window of a transaction at time t is (t - delay - window, t - delay]. `includeCurrent` says whether the
 * transaction itself belongs to it; with a delay it never does. An empty window gives 0 unless said otherwise.
 */
export const windowFeatureSchema = z.discriminatedUnion('kind', [
  /** Number of transactions. */
  z.object({ kind: z.literal('count'), ...delayable }),
  z.object({ kind: z.literal('sum'), ...ofAmount }),
  z.object({ kind: z.literal('mean'), ...ofAmount }),
  z.object({ kind: z.literal('min'), ...ofAmount }),
  z.object({ kind: z.literal('max'), ...ofAmount }),
  /** Sample standard deviation (n - 1); 0 below two amounts. */
  z.object({ kind: z.literal('std'), ...ofAmount }),
  /** This amount / mean amount; 1 where there is no mean above 0. */
  z.object({ kind: z.literal('ratio-to-mean'), ...ofAmount }),
  /** (this amount - mean) / standard deviation; 0 where the deviation is 0. */
  z.object({ kind: z.literal('deviations-from-mean'), ...ofAmount }),
  /** Number of different values of column `of` (another entity). */
  z.object({ kind: z.literal('distinct'), ...delayable, of: z.string() }),
  /** Hours since the entity's previous transaction, at most the window. */
  z.object({ kind: z.literal('since-last'), ...withoutLabels }),
  /** 1 where the entity has no earlier transaction in the window, else 0. */
  z.object({ kind: z.literal('first-seen'), ...withoutLabels }),
  /** Number of transactions labelled fraud. */
  z.object({ kind: z.literal('fraud-count'), ...ofLabel }),
  /** Share of fraud among the labelled transactions. */
  z.object({ kind: z.literal('risk'), ...ofLabel }),
  /** ln(amount) less the mean of its category, above the entity's usual, in spreads. See `habit-figures.ts` for all that follow. */
  z.object({ kind: z.literal('amount-excess'), ...ofHabit, amount: z.string(), category: z.string().nullable() }),
  /** Bits of surprise at a value of `of` never seen in the habit; 0 for one seen. */
  z.object({ kind: z.literal('novelty'), ...ofHabit, of: z.string() }),
  /** Bits of surprise at a value of `of` as rare as this one or rarer. */
  z.object({ kind: z.literal('rarity'), ...ofHabit, of: z.string() }),
  /** The same for the hour of the day. */
  z.object({ kind: z.literal('hour-rarity'), ...ofHabit, timeZone: z.string() }),
  /** Payments in the window, this one included, above the own rate, in spreads. */
  z.object({ kind: z.literal('burst'), ...againstHabit }),
  /** Payments in the window, this one included and at most `habit.most`, below a fifth of the usual amount. */
  z.object({ kind: z.literal('small-payments'), ...againstHabit, amount: z.string() }),
  /** The sum in the window, this payment included, as a multiple of a usual day and a usual payment; 1 without a habit. */
  z.object({ kind: z.literal('sum-to-habit'), ...againstHabit, amount: z.string() }),
  /** Different values of `of` in the window, this one included, that the habit does not have, above the own rate of such. */
  z.object({ kind: z.literal('new-visitors'), ...againstHabit, of: z.string() }),
  /** (F - 1) / (N + 2), at least 0: F different values of `of` with known fraud, N labelled payments. */
  z.object({ kind: z.literal('confirmed-fraud'), ...ofLabel, of: z.string() }),
]);
export type WindowFeature = z.infer<typeof windowFeatureSchema>;
export type WindowFeatureKind = WindowFeature['kind'];

/** A feature that is measured against what is usual for its entity. */
export type HabitFeature = Extract<WindowFeature, { readonly most: number } | { readonly habit: object }>;

export function isAgainstHabit(feature: WindowFeature): feature is HabitFeature {
  return 'habit' in feature || 'most' in feature;
}

/** Which of an entity's earlier payments are its habit. */
export function habitOf(feature: HabitFeature): {
  readonly windowMs: number;
  readonly delayMs: number;
  readonly most: number;
} {
  const { windowMs, delayMs, most } = 'habit' in feature ? feature.habit : feature;
  return { windowMs, delayMs, most };
}

/** The window features of one model and what their arithmetic rests on. */
export const windowSpecSchema = z.object({
  /** Amounts are summed exactly as whole numbers of 10^-amountDecimals; further decimals are rounded away. */
  amountDecimals: z.number().int().min(0).max(8),
  /**
   * How much older than the entity's newest transaction, or than the stream, a transaction may arrive and still be
   * counted. An older one sees only itself and is forgotten.
   */
  latenessMs: z.number().int().min(0).max(longestSpanMs),
  features: z.array(windowFeatureSchema),
});
export type WindowSpec = z.infer<typeof windowSpecSchema>;

/** Transactions of one kind of entity whose features over time do not know all that came before. */
export const misplacedSchema = z.object({
  /** The columns that make the entity, joined by +. */
  entity: z.string(),
  late: z.number().int().describe('came after newer ones of the entity, which were computed without them'),
  tooLate: z.number().int().describe('came later than the lateness allows: they saw only themselves'),
  withoutTime: z.number().int().describe('have no event time: they saw only themselves'),
  withoutEntity: z.number().int().describe('have no such entity: they saw only themselves'),
});
export type Misplaced = z.infer<typeof misplacedSchema>;

/** How transactions came in time, and what features over time could not know because of it. */
export const timeOrderSchema = z.object({
  stepsBack: z.number().int().describe('transactions older than the one received before'),
  isNewestFirst: z.boolean().describe('the event time only falls'),
  isSorted: z.boolean().describe('features over time were computed in the order of the event time'),
  entities: z.array(misplacedSchema),
});
export type TimeOrder = z.infer<typeof timeOrderSchema>;
