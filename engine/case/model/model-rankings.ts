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
  type RowWeights,
} from '../../evaluation/ranking.ts';
import type { TuningView } from '../../../preload/contract/tuning.ts';
import { CARDS_PER_DAY, trivialBaselines } from './baselines.ts';
import type { CaseArrays } from '../case-arrays.ts';
import type { ModelView } from './model-view.ts';

type RankingFigures = TuningView['rankings'][number];

const curvePoints = 200;

interface NamedOrder {
  readonly name: string;
  readonly anomaly: Anomaly;
  readonly order: () => RowOrder;
}

const modelOrders = new WeakMap<ModelView, NamedOrder>();
const baselineOrders = new WeakMap<CaseArrays, readonly NamedOrder[]>();
/** Figures by what was ranked, for the labels they were computed with. */
const figures = new WeakMap<NamedOrder, Known & { readonly figures: RankingFigures }>();
const underWay = new WeakMap<ModelView, Known & { readonly done: Promise<Rankings> }>();

/** What is known of transactions, and for how many each of them stands; null where each stands for itself. */
interface Known {
  readonly labels: Uint8Array;
  readonly weights: RowWeights | null;
}

function isSame(one: Known | undefined, other: Known): boolean {
  return one?.labels === other.labels && one.weights === other.weights;
}

type Rankings = readonly RankingFigures[];

/** Time a request waits for rankings before it is answered without them. */
const patienceMs = 150;
/** Of more rows than these they always take longer, and no request waits. */
const mostRowsWaitedFor = 200_000;

/**
 * The model's figures against labels, and those of the trivial baselines; null where they take longer than a request
 * should. Then they are computed between other work, and `whenReady` is called once they are there, or have failed.
 */
export async function rankingsAgainst(
  view: ModelView,
  arrays: CaseArrays,
  { labels, weights }: Known,
  whenReady: () => void,
): Promise<Rankings | null> {
  let work = underWay.get(view);
  if (work === undefined || !isSame(work, { labels, weights })) {
    work = { labels, weights, done: rankAll(view, arrays, { labels, weights }) };
    underWay.set(view, work);
  }
  const timeIsUp =
    view.sums.length > mostRowsWaitedFor
      ? Promise.resolve(null)
      : new Promise<null>((resolve) => setTimeout(resolve, patienceMs, null));
  try {
    const rankings = await Promise.race([work.done, timeIsUp]);
    // A failure is told too: who asks again then is answered with it.
    if (rankings === null) void work.done.then(whenReady, whenReady);
    return rankings;
  } catch (error) {
    // Told once, it is not kept: the next request computes anew.
    if (underWay.get(view) === work) underWay.delete(view);
    throw error;
  }
}

/** Sorting is done once for any labels; between two steps other work gets its turn. */
async function rankAll(view: ModelView, arrays: CaseArrays, known: Known): Promise<Rankings> {
  const rankings: RankingFigures[] = [];
  await new Promise(setImmediate);
  for (const [index, ranked] of [modelOrder(view), ...baselinesOf(arrays)].entries()) {
    await new Promise(setImmediate);
    rankings.push(await figuresOf(ranked, index === 0, known, arrays));
  }
  return rankings;
}

function modelOrder(view: ModelView): NamedOrder {
  let order = modelOrders.get(view);
  if (order === undefined) {
    order = namedOrder('this model', anomalyOfSums(view.sums));
    modelOrders.set(view, order);
  }
  return order;
}

/** Sorted at the first use. */
function namedOrder(name: string, anomaly: Anomaly): NamedOrder {
  let order: RowOrder | undefined;
  return {
    name,
    anomaly,
    order: () => {
      order ??= orderRows(anomaly);
      return order;
    },
  };
}

function baselinesOf(arrays: CaseArrays): readonly NamedOrder[] {
  let orders = baselineOrders.get(arrays);
  if (orders === undefined) {
    const { entity, amounts, times, rowCount } = arrays;
    orders = trivialBaselines({
      rowCount,
      amounts,
      times,
      entity: entity === null ? null : { role: entity.column.role, codes: entity.codes },
    }).map(({ name, values }) => namedOrder(name, values));
    baselineOrders.set(arrays, orders);
  }
  return orders;
}

async function figuresOf(
  ranked: NamedOrder,
  isModel: boolean,
  { labels, weights }: Known,
  arrays: CaseArrays,
): Promise<RankingFigures> {
  const before = figures.get(ranked);
  if (before !== undefined && isSame(before, { labels, weights })) return before.figures;
  const { days, entity } = arrays;
  const order = ranked.order();
  await new Promise(setImmediate);
  const ranking = rankOrdered(order, labels);
  await new Promise(setImmediate);
  const made: RankingFigures = {
    name: ranked.name,
    isModel,
    auroc: aurocOfRanking(ranking, weights ?? undefined),
    auprc: averagePrecisionOfRanking(ranking, weights ?? undefined),
    curve: precisionRecallCurveOfRanking(ranking, curvePoints, weights ?? undefined),
    cardPrecisionTop100: await cardPrecision(ranked.anomaly, { labels, weights }, days, entity?.codes ?? null),
  };
  figures.set(ranked, { labels, weights, figures: made });
  return made;
}

async function cardPrecision(
  anomaly: Anomaly,
  { labels, weights }: Known,
  days: Int32Array | null,
  cards: Int32Array | null,
): Promise<number | null> {
  if (days === null || cards === null) return null;
  await new Promise(setImmediate);
  return cardPrecisionTopK({ labels, anomaly, cards, days, k: CARDS_PER_DAY, weights: weights ?? undefined }).mean;
}
