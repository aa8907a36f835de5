import { largestUnits } from './exact-sum.ts';
import { partitionOf, renderHabits, valuedColumns } from './render-habit-sql.ts';
import { keysBack, keysPerMs, quoted, type SparkSource } from './spark-terms.ts';
import { isAgainstHabit, type HabitFeature, type WindowFeature, type WindowSpec } from '../../domain/window-feature.ts';

/**
 * The window features of a spec as one Spark SQL query: all columns of the table and one FLOAT per feature. Label
 * columns hold 1, 0 or NULL. On a stream in order of event time with at most 2^19 transactions in one millisecond it
 * means exactly what `WindowEngine` computes; it does not know lateness. Time and order of receipt go into one whole
 * number, so that a RANGE frame takes in the ties received earlier and not those received later.
 */
export function renderSparkSql(spec: WindowSpec, source: SparkSource): string {
  const time = quoted(source.timeColumn);
  const sequence = quoted(source.sequenceColumn);
  const unitsPerOne = 10 ** spec.amountDecimals;
  const amount = spec.features.flatMap((feature) => ('amount' in feature ? [quoted(feature.amount)] : []))[0];
  const units =
    amount === undefined
      ? []
      : [
          `CASE WHEN ${amount} IS NULL OR ISNAN(${amount}) THEN NULL ELSE ` +
            `LEAST(GREATEST(FLOOR(${amount} * ${unitsPerOne}D + 0.5D), -${largestUnits}L), ${largestUnits}L) END ` +
            'AS `assay_units`',
        ];
  const habits = renderHabits(spec, source);
  const features = spec.features.map((feature) => {
    const value = isAgainstHabit(feature) ? habits.expressionOf(feature) : expressionOf(feature, source, unitsPerOne);
    return `CAST(${scaled(feature, value)} AS FLOAT) AS ${quoted(feature.name)}`;
  });
  const rows = habits.tables.length === 0 ? 'assay_ordered' : 'assay_valued';
  return [
    'WITH `assay_ordered` AS (',
    '  SELECT *,',
    `    ${[`${time} * ${keysPerMs}L + ROW_NUMBER() OVER (PARTITION BY ${time} ORDER BY ${sequence}) - 1 AS \`assay_order\``, ...units].join(',\n    ')}`,
    `  FROM ${source.table.split('.').map(quoted).join('.')}`,
    habits.tables.length === 0 ? ')' : '),',
    ...(habits.tables.length === 0
      ? []
      : [
          '`assay_valued` AS (',
          `  SELECT ${['*', ...valuedColumns(spec, source)].join(',\n    ')}`,
          '  FROM `assay_ordered`',
          habits.tables.map(({ name, select }) => `),\n${quoted(name)} AS (\n  ${select}`).join('\n'),
          ')',
        ]),
    `SELECT ${quoted(rows)}.*,`,
    `  ${features.join(',\n  ')}`,
    `FROM ${quoted(rows)}`,
    ...habits.tables.flatMap(({ name, isJoined }) =>
      isJoined ? [`LEFT JOIN ${quoted(name)} ON ${quoted(name)}.\`assay_at\` = \`assay_order\``] : [],
    ),
    `ORDER BY ${sequence}`,
  ].join('\n');
}

function scaled(feature: WindowFeature, value: string): string {
  return feature.scale === 'log' ? `SIGNUM(${value}) * LOG1P(ABS(${value}))` : value;
}

function expressionOf(feature: Exclude<WindowFeature, HabitFeature>, source: SparkSource, unitsPerOne: number): string {
  const over = `OVER (${partitionOf(feature, source)} ORDER BY \`assay_order\` ${frameOf(feature)})`;
  const count = `COUNT(\`assay_units\`) ${over}`;
  const exactSum = `SUM(CAST(\`assay_units\` AS DECIMAL(38, 0))) ${over}`;
  const sum = `CAST(${exactSum} AS DOUBLE)`;
  const squares = `SUM(CAST(\`assay_units\` AS DECIMAL(16, 0)) * CAST(\`assay_units\` AS DECIMAL(16, 0))) ${over}`;
  const variance =
    `GREATEST(CAST(${count} * ${squares} - ${exactSum} * ${exactSum} AS DOUBLE), 0D) ` +
    `/ (${count} * (${count} - 1D))`;
  switch (feature.kind) {
    case 'count':
      return `COUNT(*) ${over}`;
    case 'sum':
      return `COALESCE(${sum}, 0D) / ${unitsPerOne}D`;
    case 'mean':
      return `COALESCE(${sum} / (${count} * ${unitsPerOne}D), 0D)`;
    case 'min':
      return `COALESCE(MIN(\`assay_units\`) ${over}, 0L) / ${unitsPerOne}D`;
    case 'max':
      return `COALESCE(MAX(\`assay_units\`) ${over}, 0L) / ${unitsPerOne}D`;
    case 'std':
      return `CASE WHEN ${count} < 2 THEN 0D ELSE SQRT(${variance}) / ${unitsPerOne}D END`;
    case 'ratio-to-mean':
      return `CASE WHEN \`assay_units\` IS NOT NULL AND ${exactSum} > 0 THEN \`assay_units\` * ${count} / ${sum} ELSE 1D END`;
    case 'deviations-from-mean':
      return (
        `CASE WHEN \`assay_units\` IS NOT NULL AND ${count} > 1 AND ${variance} > 0 ` +
        `THEN (\`assay_units\` - ${sum} / ${count}) / SQRT(${variance}) ELSE 0D END`
      );
    case 'distinct':
      return `SIZE(COLLECT_SET(${quoted(feature.of)}) ${over})`;
    case 'since-last':
      return `COALESCE(${quoted(source.timeColumn)} - MAX(${quoted(source.timeColumn)}) ${over}, ${feature.windowMs}L) / 3600000D`;
    case 'first-seen':
      return `CASE WHEN COUNT(*) ${over} = 0 THEN 1D ELSE 0D END`;
    case 'fraud-count':
      return `COALESCE(SUM(${quoted(feature.label)}) ${over}, 0)`;
    case 'risk':
      return `COALESCE(SUM(${quoted(feature.label)}) ${over} / CAST(COUNT(${quoted(feature.label)}) ${over} AS DOUBLE), 0D)`;
    case 'confirmed-fraud': {
      const label = quoted(feature.label);
      const values = `SIZE(COLLECT_SET(CASE WHEN ${label} = 1 THEN ${quoted(feature.of)} END) ${over})`;
      return `GREATEST(${values} - 1, 0) / (COUNT(${label}) ${over} + 2D)`;
    }
  }
}

/** (t - delay - window, t - delay] in order keys: half a millisecond's keys short of the excluded end. */
function frameOf(feature: WindowFeature): string {
  const delayMs = 'delayMs' in feature ? feature.delayMs : 0;
  const includesCurrent = 'includeCurrent' in feature && feature.includeCurrent;
  const now = includesCurrent ? 'CURRENT ROW' : '1L PRECEDING';
  const to = delayMs > 0 ? `${keysBack(delayMs)} PRECEDING` : now;
  return `RANGE BETWEEN ${keysBack(feature.windowMs + delayMs)} PRECEDING AND ${to}`;
}
