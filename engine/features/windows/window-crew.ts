import type { WindowSpec } from '../../domain/window-feature.ts';
import type { EntityBlock, EntityHistory, MatrixTarget, MisplacedCounts, ShareOfEntities } from './entity-history.ts';
import type { WindowPlan } from './window-plan.ts';
import {
  appendRound,
  roundBytes,
  viewRound,
  type RoundMemory,
  type WindowAnswer,
  type WindowThread,
} from './window-share.ts';

/** What a round is made of: the rows as prepared, with all columns of codes. */
export interface PreparedRows extends Omit<EntityBlock, 'first' | 'second' | 'of'> {
  readonly codes: ReadonlyMap<string, Int32Array>;
}

/**
 * The calling thread and others that keep the histories of a stream together, each a share of the entities. An entity has one
 * home, so every feature comes from the same operations in the same order as on one thread.
 */
export class WindowCrew {
  readonly #plan: WindowPlan;
  readonly #featureCount: number;
  /** Those of the calling thread; what they hold of the shares of others is not looked at again, and reclaimed in time. */
  readonly #own: readonly EntityHistory[];
  readonly #threads: readonly WindowThread[];
  readonly #ownShare: ShareOfEntities;
  readonly #round: RoundMemory;
  #answers: readonly WindowAnswer[];

  /** Hands the shares of the threads over to them; they have started. `horizon` is the time that nothing may be older than. */
  constructor(
    spec: WindowSpec,
    plan: WindowPlan,
    own: readonly EntityHistory[],
    threads: readonly WindowThread[],
    horizon: number,
  ) {
    this.#plan = plan;
    this.#featureCount = spec.features.length;
    this.#own = own;
    this.#threads = threads;
    const of = threads.length + 1;
    this.#ownShare = { index: 0, of };
    const round = new SharedArrayBuffer(roundBytes(plan, this.#featureCount));
    this.#round = viewRound(round, plan, this.#featureCount);
    threads.forEach((thread, index) => {
      const share = { index: index + 1, of };
      const histories = own.map((history) => history.save(horizon, share));
      thread.ask({ kind: 'open', spec, share, round, histories });
    });
    this.#answers = threads.map((thread) => thread.answer());
  }

  get memoryBytes(): number {
    return this.#answers.reduce((sum, { memoryBytes }) => sum + memoryBytes, this.#round.times.buffer.byteLength);
  }

  /** Per kind of entity what the other threads have counted. */
  misplaced(entity: number): readonly MisplacedCounts[] {
    return this.#answers.map(({ misplaced }) => misplaced[entity]);
  }

  /** Takes in at most `rowsPerRound` rows and writes their features. */
  append({ rowCount, codes, ...prepared }: PreparedRows, target: MatrixTarget): void {
    const round = this.#round;
    for (const name of ['times', 'horizons', 'units', 'logAmounts', 'labels', 'hours'] as const)
      round[name].set(prepared[name].subarray(0, rowCount));
    for (const [column, place] of round.codes) place.set(codes.get(column)?.subarray(0, rowCount) ?? []);
    for (const thread of this.#threads) thread.ask({ kind: 'append', rowCount });
    appendRound(this.#plan, this.#own, round, rowCount, this.#featureCount, this.#ownShare);
    this.#answers = this.#threads.map((thread) => thread.answer());
    copyFeatures(round.values, rowCount, this.#featureCount, target);
  }

  /** What all shares remember, by kind of entity: one list of each, to be joined in the order of keys. */
  save(horizon: number): readonly (readonly Float64Array[])[] {
    for (const thread of this.#threads) thread.ask({ kind: 'save', horizon });
    const own = this.#own.map((history) => history.save(horizon, this.#ownShare));
    const others = this.#threads.map((thread) => thread.answer().saved);
    return own.map((saved, entity) => [saved, ...others.map((each) => each[entity])]);
  }

  release(): void {
    for (const thread of this.#threads) thread.release();
  }
}

function copyFeatures(
  from: Float32Array,
  rowCount: number,
  featureCount: number,
  { values, firstRow, stride, firstColumn }: MatrixTarget,
): void {
  if (stride === featureCount) {
    values.set(from.subarray(0, rowCount * featureCount), firstRow * stride + firstColumn);
    return;
  }
  for (let row = 0; row < rowCount; row += 1) {
    const to = (firstRow + row) * stride + firstColumn;
    for (let column = 0; column < featureCount; column += 1) values[to + column] = from[row * featureCount + column];
  }
}
