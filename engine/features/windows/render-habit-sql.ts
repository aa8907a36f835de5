import {
  habitOf,
  isAgainstHabit,
  type HabitFeature,
  type WindowFeature,
  type WindowSpec,
} from '../../domain/window-feature.ts';
import { hoursOfDay, hourWeights, logUnitsPerOne } from './habit-figures.ts';
import { keysBack, quoted, type SparkSource } from './spark-terms.ts';

/** A named subquery; one that is joined has one row a transaction at most, by `assay_at`. */
interface HabitTable {
  readonly name: string;
  readonly select: string;
  readonly isJoined: boolean;
}

export interface HabitSql {
  readonly tables: readonly HabitTable[];
  readonly expressionOf: (feature: HabitFeature) => string;
}

const dayMs = 86_400_000;
const at = '`assay_at`';
const order = '`assay_order`';

/** Columns beside those received that habits rest on: the logarithm of the amount less that of its kind, and the hour. */
export function valuedColumns(spec: WindowSpec, source: SparkSource): readonly string[] {
  return spec.features.flatMap((feature, index) => {
    if (spec.features.findIndex(({ kind }) => kind === feature.kind) < index) return [];
    if (feature.kind === 'hour-rarity') {
      const zone = feature.timeZone.replaceAll("'", "''");
      return [`HOUR(FROM_UTC_TIMESTAMP(TIMESTAMP_MILLIS(${quoted(source.timeColumn)}), '${zone}')) AS \`assay_hour\``];
    }
    if (feature.kind !== 'amount-excess') return [];
    const amount = quoted(feature.amount);
    const units =
      `CASE WHEN ${amount} IS NULL OR ISNAN(${amount}) THEN NULL ` +
      `ELSE FLOOR(LN(GREATEST(LEAST(${amount}, 1000000000000000D), 0.01D)) * ${logUnitsPerOne}D + 0.5D) END`;
    const before = (partition: string): string =>
      `OVER (${partition}ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
    const all = before('');
    const overall = `COALESCE(SUM(${units}) ${all} / CAST(COUNT(${units}) ${all} AS DOUBLE), ${units})`;
    const kind = feature.category === null ? null : quoted(feature.category);
    const ofKind = kind === null ? all : before(`PARTITION BY ${kind} `);
    const known = (value: string): string =>
      kind === null ? '0' : `CASE WHEN ${kind} IS NULL THEN 0 ELSE ${value} END`;
    const sum = known(`COALESCE(SUM(${units}) ${ofKind}, 0)`);
    const count = known(`COUNT(${units}) ${ofKind}`);
    return [`${units} - FLOOR((${sum} + 10D * ${overall}) / (${count} + 10D) + 0.5D) AS \`assay_log\``];
  });
}

/** The habits of a spec as subqueries, one for each entity and length, and each feature in terms of them. */
export function renderHabits(spec: WindowSpec, source: SparkSource): HabitSql {
  const features = spec.features.filter(isAgainstHabit);
  const groups = new Map<string, HabitFeature[]>();
  for (const feature of features) {
    const key = JSON.stringify([feature.entity, habitOf(feature)]);
    groups.set(key, [...(groups.get(key) ?? []), feature]);
  }
  const numberOf = new Map<HabitFeature, number>();
  [...groups.values()].forEach((group, index) => group.forEach((feature) => numberOf.set(feature, index + 1)));
  const tables = [...groups.values()].flatMap((group, index) => tablesOf(group, index + 1, source));
  return {
    tables,
    expressionOf: (feature) => expressionOf(feature, numberOf.get(feature) ?? 0, source, spec),
  };
}

/** The name of a column of `of` within a habit. */
function ofName(features: readonly HabitFeature[], of: string): string {
  const columns = [...new Set(features.flatMap((feature) => ('of' in feature ? [feature.of] : [])))];
  return `${columns.indexOf(of) + 1}`;
}

function tablesOf(features: readonly HabitFeature[], number: number, source: SparkSource): readonly HabitTable[] {
  const [{ entity }] = features;
  const { windowMs, delayMs, most } = habitOf(features[0]);
  const partition = entity.map(quoted).join(', ');
  const ranked = `assay_ranked_${number}`;
  const same = entity.map((column) => `h.${quoted(column)} = o.${quoted(column)}`).join(' AND ');
  const isUsual =
    `h.${order} BETWEEN o.${order} - ${keysBack(windowMs + delayMs)} AND o.${order} - ${keysBack(delayMs)} ` +
    `AND h.\`assay_rank\` > o.\`assay_known\` - ${most}`;
  const joined = `FROM ${quoted(ranked)} o JOIN ${quoted(ranked)} h ON ${same}`;
  const needs = (...kinds: readonly HabitFeature['kind'][]): boolean =>
    features.some(({ kind }) => kinds.includes(kind));
  const hours = Array.from({ length: hoursOfDay }, (_, hour) => hour);
  const columns = [...new Set(features.flatMap((feature) => ('of' in feature ? [feature.of] : [])))];
  const figures = [
    'COUNT(*) AS `assay_count`',
    `MIN(h.${quoted(source.timeColumn)}) AS \`assay_since\``,
    ...(needs('small-payments', 'sum-to-habit')
      ? ['COUNT(h.`assay_units`) AS `assay_amounts`', 'SUM(CAST(h.`assay_units` AS DECIMAL(38, 0))) AS `assay_spent`']
      : []),
    ...(needs('amount-excess')
      ? [
          'COUNT(h.`assay_log`) AS `assay_logs`',
          'SUM(CAST(h.`assay_log` AS DECIMAL(38, 0))) AS `assay_log_sum`',
          'SUM(CAST(h.`assay_log` AS DECIMAL(16, 0)) * CAST(h.`assay_log` AS DECIMAL(16, 0))) AS `assay_log_squares`',
        ]
      : []),
    ...(needs('hour-rarity')
      ? [
          'MAX(o.`assay_hour`) AS `assay_own_hour`',
          ...hours.map(
            (hour) => `SUM(CASE WHEN h.\`assay_hour\` = ${hour} THEN 1 ELSE 0 END) AS \`assay_hour_${hour}\``,
          ),
        ]
      : []),
    ...columns.flatMap((column) => [
      `COUNT(h.${quoted(column)}) AS \`assay_valued_${ofName(features, column)}\``,
      `COUNT(DISTINCT h.${quoted(column)}) AS \`assay_distinct_${ofName(features, column)}\``,
      `MAX(CASE WHEN h.${quoted(column)} = o.${quoted(column)} THEN 1 ELSE 0 END) AS \`assay_seen_${ofName(features, column)}\``,
    ]),
  ];
  return [
    {
      name: ranked,
      isJoined: false,
      select:
        `SELECT *, ROW_NUMBER() OVER (PARTITION BY ${partition} ORDER BY ${order}) AS \`assay_rank\`,\n    ` +
        `COUNT(*) OVER (PARTITION BY ${partition} ORDER BY ${order} RANGE BETWEEN UNBOUNDED PRECEDING AND ${keysBack(delayMs)} PRECEDING) AS \`assay_known\`\n  ` +
        `FROM \`assay_valued\` WHERE ${entity.map((column) => `${quoted(column)} IS NOT NULL`).join(' AND ')}`,
    },
    {
      name: `assay_habit_${number}`,
      isJoined: true,
      select: `SELECT o.${order} AS ${at}, ${figures.join(',\n    ')}\n  ${joined} AND ${isUsual}\n  GROUP BY o.${order}`,
    },
    ...features.flatMap((feature): readonly HabitTable[] => {
      const name = detailName(feature, number, ofName);
      switch (feature.kind) {
        case 'rarity':
          return [{ name, isJoined: true, select: rarerValues(quoted(feature.of), `${joined} AND ${isUsual}`) }];
        case 'hour-rarity':
          return [{ name, isJoined: true, select: rarerHours(`assay_habit_${number}`) }];
        case 'new-visitors': {
          const longest = keysBack(Math.max(windowMs + delayMs, feature.windowMs));
          const isRecent = `h.${order} >= o.${order} - ${keysBack(feature.windowMs)}`;
          const all = `${joined} AND h.${order} BETWEEN o.${order} - ${longest} AND o.${order}`;
          return [{ name, isJoined: true, select: newValues(quoted(feature.of), all, isRecent, isUsual) }];
        }
        case 'small-payments':
          return [{ name, isJoined: true, select: smallPayments(feature, joined, number) }];
        default:
          return [];
      }
    }),
  ];
}

/** The subquery that only this feature needs. */
function detailName(
  feature: HabitFeature,
  number: number,
  nameOf: (features: readonly HabitFeature[], of: string) => string,
): string {
  const of = 'of' in feature ? `_${nameOf([feature], feature.of)}` : '';
  const recent = 'habit' in feature ? `_${feature.windowMs}` : '';
  return `assay_${feature.kind.replaceAll('-', '_')}_${number}${of}${recent}`;
}

function rarerValues(of: string, joined: string): string {
  return (
    `SELECT ${at}, SUM(CASE WHEN \`assay_times\` <= \`assay_own\` THEN \`assay_times\` ELSE 0 END) AS \`assay_rarer\`\n  FROM (` +
    `SELECT ${at}, \`assay_times\`, MAX(CASE WHEN \`assay_is_own\` = 1 THEN \`assay_times\` ELSE 0 END) OVER (PARTITION BY ${at}) AS \`assay_own\`\n  FROM (` +
    `SELECT o.${order} AS ${at}, COUNT(*) AS \`assay_times\`, MAX(CASE WHEN h.${of} = o.${of} THEN 1 ELSE 0 END) AS \`assay_is_own\`\n  ` +
    `${joined} AND h.${of} IS NOT NULL\n  GROUP BY o.${order}, h.${of}))\n  GROUP BY ${at}`
  );
}

function rarerHours(habit: string): string {
  const hours = Array.from({ length: hoursOfDay }, (_, hour) => hour);
  const weights = hours.map((hour) => {
    const terms = hourWeights.map(
      (weight, step) => `${weight} * \`assay_hour_${(hour + step - 2 + hoursOfDay) % hoursOfDay}\``,
    );
    return `${terms.join(' + ')} AS \`assay_weight_${hour}\``;
  });
  const own = hours.map((hour) => `WHEN ${hour} THEN \`assay_weight_${hour}\``).join(' ');
  const rarer = hours.map(
    (hour) => `CASE WHEN \`assay_weight_${hour}\` <= \`assay_own\` THEN \`assay_weight_${hour}\` ELSE 0 END`,
  );
  return (
    `SELECT ${at}, ${rarer.join('\n    + ')} AS \`assay_rarer\`\n  FROM (` +
    `SELECT *, CASE \`assay_own_hour\` ${own} END AS \`assay_own\`\n  FROM (` +
    `SELECT ${at}, \`assay_own_hour\`, ${weights.join(',\n    ')}\n  FROM ${quoted(habit)}))`
  );
}

function newValues(of: string, joined: string, isRecent: string, isUsual: string): string {
  return (
    `SELECT ${at}, SUM(CASE WHEN \`assay_is_recent\` = 1 AND \`assay_is_usual\` = 0 THEN 1 ELSE 0 END) AS \`assay_new\`\n  FROM (` +
    `SELECT o.${order} AS ${at}, MAX(CASE WHEN ${isRecent} THEN 1 ELSE 0 END) AS \`assay_is_recent\`, ` +
    `MAX(CASE WHEN ${isUsual} THEN 1 ELSE 0 END) AS \`assay_is_usual\`\n  ` +
    `${joined} AND h.${of} IS NOT NULL\n  GROUP BY o.${order}, h.${of})\n  GROUP BY ${at}`
  );
}

function smallPayments(
  feature: Extract<HabitFeature, { kind: 'small-payments' }>,
  joined: string,
  number: number,
): string {
  const isRecent = `h.${order} BETWEEN o.${order} - ${keysBack(feature.windowMs)} AND o.${order}`;
  return (
    `SELECT o.${order} AS ${at}, SUM(CASE WHEN 5 * h.\`assay_units\` * \`assay_amounts\` < \`assay_spent\` THEN 1 ELSE 0 END) AS \`assay_small\`\n  ` +
    `${joined} AND ${isRecent} AND h.\`assay_rank\` >= o.\`assay_rank\` - ${feature.habit.most}\n  ` +
    `JOIN \`assay_habit_${number}\` ON ${at} = o.${order} AND \`assay_spent\` > 0\n  GROUP BY o.${order}`
  );
}

function expressionOf(feature: HabitFeature, number: number, source: SparkSource, spec: WindowSpec): string {
  const habit = `\`assay_habit_${number}\``;
  const figure = (name: string): string => `COALESCE(${habit}.\`assay_${name}\`, 0)`;
  const detail = (name: string): string =>
    `COALESCE(${quoted(detailName(feature, number, ofName))}.\`assay_${name}\`, 0)`;
  const { delayMs } = habitOf(feature);
  const days = `COALESCE((${quoted(source.timeColumn)} - ${delayMs}L - ${habit}.\`assay_since\`) / ${dayMs}D, 0D)`;
  const group = spec.features.filter(
    (other): other is HabitFeature =>
      isAgainstHabit(other) &&
      JSON.stringify([other.entity, habitOf(other)]) === JSON.stringify([feature.entity, habitOf(feature)]),
  );
  const of = 'of' in feature ? ofName(group, feature.of) : '';
  const recent = `OVER (${partitionOf(feature, source)} ORDER BY ${order} RANGE BETWEEN ${keysBack(feature.windowMs)} PRECEDING AND CURRENT ROW)`;
  const burst = (count: string, usual: string): string =>
    `GREATEST(0D, 2D * SQRT(${count} + 0.375D) - 2D * SQRT(((${usual} + 1D) / (${days} + 1D)) * ${feature.windowMs}D / ${dayMs}D + 0.375D))`;
  const surprise = (part: string, whole: string): string => `GREATEST(0D, LOG2(${whole} / CAST(${part} AS DOUBLE)))`;
  switch (feature.kind) {
    case 'amount-excess': {
      const [count, sum] = [figure('logs'), figure('log_sum')];
      const squares = `CAST(${count} * ${figure('log_squares')} - ${sum} * ${sum} AS DOUBLE)`;
      const spread = `SQRT((CASE WHEN ${count} > 0 THEN ${squares} / ${count} / ${logUnitsPerOne ** 2}D ELSE 0D END + 3D) / (${count} + 3D))`;
      const deviation = `(\`assay_log\` - CAST(${sum} AS DOUBLE) / (${count} + 1D)) / ${logUnitsPerOne}D`;
      return `CASE WHEN \`assay_log\` IS NULL THEN 0D ELSE GREATEST(0D, ${deviation} / ${spread}) END`;
    }
    case 'novelty': {
      const [count, distinct] = [figure(`valued_${of}`), figure(`distinct_${of}`)];
      const isUsual = `${count} = 0 OR ${quoted(feature.of)} IS NULL OR ${figure(`seen_${of}`)} = 1`;
      return `CASE WHEN ${isUsual} THEN 0D ELSE ${surprise(distinct, `(${count} + ${distinct})`)} END`;
    }
    case 'rarity': {
      const [count, distinct] = [figure(`valued_${of}`), figure(`distinct_${of}`)];
      const isUnknown = `${count} = 0 OR ${quoted(feature.of)} IS NULL`;
      return `CASE WHEN ${isUnknown} THEN 0D ELSE ${surprise(`(${detail('rarer')} + ${distinct})`, `(${count} + ${distinct})`)} END`;
    }
    case 'hour-rarity':
      return `CASE WHEN ${figure('count')} = 0 THEN 0D ELSE ${surprise(`(${detail('rarer')} + 9)`, `(9 * (${figure('count')} + 1))`)} END`;
    case 'burst':
      return burst(`COUNT(*) ${recent}`, figure('count'));
    case 'small-payments':
      return detail('small');
    case 'sum-to-habit': {
      const [count, spent] = [figure('amounts'), `CAST(${figure('spent')} AS DOUBLE)`];
      const sum = `CAST(COALESCE(SUM(CAST(\`assay_units\` AS DECIMAL(38, 0))) ${recent}, 0) AS DOUBLE)`;
      return `CASE WHEN ${count} > 0 AND ${spent} > 0 THEN ${sum} / (${spent} / (${days} + 1D) + ${spent} / ${count}) ELSE 1D END`;
    }
    case 'new-visitors':
      return `CASE WHEN ${figure('count')} = 0 THEN 0D ELSE ${burst(detail('new'), figure(`distinct_${of}`))} END`;
  }
}

/** A transaction without its entity is alone in its partition. */
export function partitionOf(feature: Pick<WindowFeature, 'entity'>, source: SparkSource): string {
  const columns = feature.entity.map(quoted);
  const missing = columns.map((column) => `${column} IS NULL`).join(' OR ');
  return `PARTITION BY ${columns.join(', ')}, CASE WHEN ${missing} THEN ${quoted(source.sequenceColumn)} END`;
}
