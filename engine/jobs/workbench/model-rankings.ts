import { cardPrecisionTopK } from '../../evaluation/card-precision.ts';
import {
  anomalyOfSums,
  aurocOfRanking,
  averagePrecisionOfRanking,
  orderRows,
  precisionRecallCurveOfRanking,
  rankOrdered,
  type Anomaly,
  type RowOrder,
} from '../../evaluation/ranking.ts';
import type { TuningView } from '../../../preload/contract/requests.ts';
import { CARDS_PER_DAY, trivialBaselines } from '../baselines.ts';
import type { CaseArrays } from './case-arrays.ts';
import type { ModelView } from './model-view.ts';

type RankingFigures = TuningView['rankings'][number];

const curvePoints = 200;

interface NamedOrder {
  readonly name: string;
  readonly anomaly: Anomaly;
  readonly order: RowOrder;
}

const modelOrders = new WeakMap<ModelView, NamedOrder>();
const baselineOrders = new WeakMap<CaseArrays, readonly NamedOrder[]>();
/** Figures by what was ranked, for the labels they were computed with. */
const figures = new WeakMap<NamedOrder, { readonly labels: Uint8Array; readonly figures: RankingFigures }>();

/**
 * The model's figures against labels, and those of the trivial baselines. Sorting is done once for any labels; between
 * two rankings other work gets its turn.
 */
export async function rankingsAgainst(
  view: ModelView,
  arrays: CaseArrays,
  labels: Uint8Array | null,
): Promise<readonly RankingFigures[]> {
  if (labels === null) return [];
  const orders = [modelOrder(view), ...baselinesOf(arrays)];
  const rankings: RankingFigures[] = [];
  for (const [index, ranked] of orders.entries()) {
    rankings.push(figuresOf(ranked, index === 0, labels, arrays));
    await new Promise(setImmediate);
  }
  return rankings;
}

function modelOrder(view: ModelView): NamedOrder {
  let order = modelOrders.get(view);
  if (order === undefined) {
    const anomaly = anomalyOfSums(view.sums);
    order = { name: 'this model', anomaly, order: orderRows(anomaly) };
    modelOrders.set(view, order);
  }
  return order;
}

function baselinesOf(arrays: CaseArrays): readonly NamedOrder[] {
  let orders = baselineOrders.get(arrays);
  if (orders === undefined) {
    const { entity, amounts, rowCount } = arrays;
    orders = trivialBaselines({
      rowCount,
      amounts,
      entity: entity === null ? null : { role: entity.column.role, codes: entity.codes },
    }).map(({ name, values }) => ({ name, anomaly: values, order: orderRows(values) }));
    baselineOrders.set(arrays, orders);
  }
  return orders;
}

function figuresOf(ranked: NamedOrder, isModel: boolean, labels: Uint8Array, arrays: CaseArrays): RankingFigures {
  const known = figures.get(ranked);
  if (known?.labels === labels) return known.figures;
  const ranking = rankOrdered(ranked.order, labels);
  const { days, entity } = arrays;
  const made: RankingFigures = {
    name: ranked.name,
    isModel,
    auroc: aurocOfRanking(ranking),
    auprc: averagePrecisionOfRanking(ranking),
    cardPrecisionTop100:
      days === null || entity === null
        ? null
        : cardPrecisionTopK({ labels, anomaly: ranked.anomaly, cards: entity.codes, days, k: CARDS_PER_DAY }).mean,
    curve: precisionRecallCurveOfRanking(ranking, curvePoints),
  };
  figures.set(ranked, { labels, figures: made });
  return made;
}
