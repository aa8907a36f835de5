import { largestUnits } from './exact-sum.ts';
import type { WindowFeature, WindowSpec } from '../../domain/window-feature.ts';

/** Where Spark finds the transactions. */
export interface SparkSource {
  readonly table: string;
  /** Whole milliseconds since 1970 (BIGINT), not null. */
  readonly timeColumn: string;
  /** The order in which transactions were received: unique whole numbers. */
  readonly sequenceColumn: string;
}

/** Transactions of one millisecond that can be told apart, and the step between milliseconds in the order key. */
const tiesPerMs = 2 ** 19;
const keysPerMs = 2 * tiesPerMs;

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
  const features = spec.features.map(
    (feature) => `CAST(${scaled(feature, source, unitsPerOne)} AS FLOAT) AS ${quoted(feature.name)}`,
  );
  return [
    'WITH `assay_ordered` AS (',
    '  SELECT *,',
    `    ${[`${time} * ${keysPerMs}L + ROW_NUMBER() OVER (PARTITION BY ${time} ORDER BY ${sequence}) - 1 AS \`assay_order\``, ...units].join(',\n    ')}`,
    `  FROM ${source.table.split('.').map(quoted).join('.')}`,
    ')',
    'SELECT *,',
    `  ${features.join(',\n  ')}`,
    'FROM `assay_ordered`',
    `ORDER BY ${sequence}`,
  ].join('\n');
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function scaled(feature: WindowFeature, source: SparkSource, unitsPerOne: number): string {
  const value = expressionOf(feature, source, unitsPerOne);
  return feature.scale === 'log' ? `SIGNUM(${value}) * LOG1P(ABS(${value}))` : value;
}

function expressionOf(feature: WindowFeature, source: SparkSource, unitsPerOne: number): string {
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
  }
}

/** A transaction without its entity is alone in its partition. */
function partitionOf(feature: WindowFeature, source: SparkSource): string {
  const columns = feature.entity.map(quoted);
  const missing = columns.map((column) => `${column} IS NULL`).join(' OR ');
  return `PARTITION BY ${columns.join(', ')}, CASE WHEN ${missing} THEN ${quoted(source.sequenceColumn)} END`;
}

/** (t - delay - window, t - delay] in order keys: half a millisecond's keys short of the excluded end. */
function frameOf(feature: WindowFeature): string {
  const delayMs = 'delayMs' in feature ? feature.delayMs : 0;
  const from = BigInt(feature.windowMs + delayMs) * BigInt(keysPerMs) - BigInt(tiesPerMs);
  const includesCurrent = 'includeCurrent' in feature && feature.includeCurrent;
  const now = includesCurrent ? 'CURRENT ROW' : '1L PRECEDING';
  const to = delayMs > 0 ? `${BigInt(delayMs) * BigInt(keysPerMs) - BigInt(tiesPerMs)}L PRECEDING` : now;
  return `RANGE BETWEEN ${from}L PRECEDING AND ${to}`;
}
