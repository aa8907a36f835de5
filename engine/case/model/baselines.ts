import { randomStream } from '../../forest/random.ts';

/** Cards that card precision counts a day. */
export const CARDS_PER_DAY = 100;

const chanceSeed = 1;
const hourMs = 3_600_000;

/** One way to rank transactions without a model; a greater value is more anomalous. */
export interface Baseline {
  readonly name: string;
  readonly values: Float64Array;
}

/**
 * What a model must beat to be worth having: the amount alone, the amount against the entity's own mean, how many payments the
 * entity made in the last hour, chance.
 * A missing amount ranks last.
 */
export function trivialBaselines(columns: {
  readonly rowCount: number;
  readonly amounts: Float64Array | null;
  readonly times: Float64Array | null;
  readonly entity: { readonly role: string; readonly codes: Int32Array } | null;
}): readonly Baseline[] {
  const { amounts, times, entity, rowCount } = columns;
  const baselines: Baseline[] = [];
  if (amounts !== null) {
    const known = amounts.map((amount) => (Number.isNaN(amount) ? -Infinity : amount));
    baselines.push({ name: 'amount alone', values: known });
    if (entity !== null)
      baselines.push({
        name: `amount against the ${entity.role}'s own mean`,
        values: againstOwnMean(known, entity.codes),
      });
  }
  if (times !== null && entity !== null)
    baselines.push({
      name: `payments of the ${entity.role} in the last hour`,
      values: inLastHour(times, entity.codes),
    });
  const random = randomStream(chanceSeed, 1, 'bootstrap');
  const chance = new Float64Array(rowCount).map(() => random.nextUnit());
  return [...baselines, { name: 'chance', values: chance }];
}

/** Amount over the mean of the entity's earlier amounts; 1 for its first. It sees only what came before. */
function againstOwnMean(amounts: Float64Array, codes: Int32Array): Float64Array {
  const entities = codes.reduce((largest, code) => Math.max(largest, code), -1) + 1;
  const sum = new Float64Array(entities);
  const count = new Uint32Array(entities);
  return amounts.map((amount, row) => {
    const code = codes[row];
    if (code < 0 || !Number.isFinite(amount)) return 0;
    const mean = count[code] === 0 ? amount : sum[code] / count[code];
    sum[code] += amount;
    count[code] += 1;
    return mean > 0 ? amount / mean : 0;
  });
}

/** Payments of the same entity in the hour up to each row, itself included; 0 where its entity or time is missing. */
function inLastHour(times: Float64Array, codes: Int32Array): Float64Array {
  const rows = Array.from(codes.keys()).filter((row) => codes[row] >= 0 && !Number.isNaN(times[row]));
  const sorted = Uint32Array.from(rows).sort(
    (left, right) => codes[left] - codes[right] || times[left] - times[right] || left - right,
  );
  const counts = new Float64Array(codes.length);
  let start = 0;
  sorted.forEach((row, place) => {
    while (codes[sorted[start]] !== codes[row] || times[sorted[start]] <= times[row] - hourMs) start++;
    counts[row] = place - start + 1;
  });
  return counts;
}
