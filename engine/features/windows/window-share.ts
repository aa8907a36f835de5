import { impossible } from '../../domain/error.ts';
import type { WindowSpec } from '../../domain/window-feature.ts';
import { EntityHistory, type MisplacedCounts, type ShareOfEntities } from './entity-history.ts';
import { codeColumnsOf, planWindows, type WindowPlan } from './window-plan.ts';

/** Rows that all threads take up together: a few milliseconds of work. */
export const rowsPerRound = 8192;

/** The transactions of a round and their features, in memory that all threads see. Every array holds `rowsPerRound` rows. */
export interface RoundMemory {
  readonly times: Float64Array;
  readonly horizons: Float64Array;
  readonly units: Float64Array;
  readonly logAmounts: Float64Array;
  readonly labels: Uint8Array;
  readonly hours: Int8Array;
  /** By the columns of `codeColumnsOf`. */
  readonly codes: ReadonlyMap<string, Int32Array>;
  /** Row-major features, one of the spec a column. */
  readonly values: Float32Array;
}

/** Bytes of the memory of one round. */
export function roundBytes(plan: WindowPlan, featureCount: number): number {
  return rowsPerRound * (4 * 8 + 2 + 4 * codeColumnsOf(plan).length + 4 * featureCount);
}

/** The arrays of a round in a buffer of `roundBytes`, the widest first, so that each lies on its own boundary. */
export function viewRound(buffer: SharedArrayBuffer, plan: WindowPlan, featureCount: number): RoundMemory {
  let at = 0;
  const next = (bytesPerRow: number): number => {
    const offset = at;
    at += rowsPerRound * bytesPerRow;
    return offset;
  };
  const doubles = (): Float64Array => new Float64Array(buffer, next(8), rowsPerRound);
  return {
    times: doubles(),
    horizons: doubles(),
    units: doubles(),
    logAmounts: doubles(),
    codes: new Map(codeColumnsOf(plan).map((column) => [column, new Int32Array(buffer, next(4), rowsPerRound)])),
    values: new Float32Array(buffer, next(4 * featureCount), rowsPerRound * featureCount),
    labels: new Uint8Array(buffer, next(1), rowsPerRound),
    hours: new Int8Array(buffer, next(1), rowsPerRound),
  };
}

/** What a thread is asked. Each request has one answer. */
export type WindowRequest =
  | {
      /** Take over a share of every kind of entity, with its history so far (`EntityHistory.save`). */
      readonly kind: 'open';
      readonly spec: WindowSpec;
      readonly share: ShareOfEntities;
      readonly round: SharedArrayBuffer;
      readonly histories: readonly Float64Array[];
    }
  /** Take in the rows of the round and write the features of those of the own share. */
  | { readonly kind: 'append'; readonly rowCount: number }
  | { readonly kind: 'save'; readonly horizon: number }
  /** Forget everything: the thread may serve another stream. */
  | { readonly kind: 'close' };

/** What a share knows after a request, by kind of entity. */
export interface WindowAnswer {
  readonly misplaced: readonly MisplacedCounts[];
  readonly memoryBytes: number;
  /** What `save` gave; else empty. */
  readonly saved: readonly Float64Array[];
}

/** A thread that computes a share of the features of a stream. Whoever starts it decides what kind of thread it is. */
export interface WindowThread {
  /** False until it has started; nothing is asked before. */
  readonly isReady: () => boolean;
  readonly ask: (request: WindowRequest) => void;
  /** Waits for the answer to what was asked last. @throws AssayError INTERNAL where the thread failed or went silent. */
  readonly answer: () => WindowAnswer;
  /** Gives the thread back; it is asked nothing more. */
  readonly release: () => void;
}

/** Where threads come from, and how many may compute, the calling one included. */
export interface WindowThreads {
  readonly most: number;
  readonly start: () => WindowThread;
}

/** One share of the entities of a stream: the histories that one thread keeps. */
class WindowShare {
  readonly #plan: WindowPlan;
  readonly #featureCount: number;
  readonly #share: ShareOfEntities;
  readonly #round: RoundMemory;
  readonly #histories: readonly EntityHistory[];

  constructor({ spec, share, round, histories }: Extract<WindowRequest, { kind: 'open' }>) {
    this.#plan = planWindows(spec);
    this.#featureCount = spec.features.length;
    this.#share = share;
    this.#round = viewRound(round, this.#plan, this.#featureCount);
    this.#histories = this.#plan.entities.map((entity, index) => {
      const history = new EntityHistory(entity, spec.latenessMs, 10 ** spec.amountDecimals);
      history.load(histories[index]);
      return history;
    });
  }

  append(rowCount: number): void {
    appendRound(this.#plan, this.#histories, this.#round, rowCount, this.#featureCount, this.#share);
  }

  answer(savedUpTo?: number): WindowAnswer {
    return {
      misplaced: this.#histories.map(({ misplaced }) => misplaced),
      memoryBytes: this.#histories.reduce((sum, history) => sum + history.memoryBytes, 0),
      saved: savedUpTo === undefined ? [] : this.#histories.map((history) => history.save(savedUpTo, this.#share)),
    };
  }
}

/** Takes the rows of a round into the histories of one share and writes their features into the round. */
export function appendRound(
  plan: WindowPlan,
  histories: readonly EntityHistory[],
  round: RoundMemory,
  rowCount: number,
  featureCount: number,
  share: ShareOfEntities,
): void {
  const { codes, values, ...shared } = round;
  const codesOf = (column: string): Int32Array => codes.get(column) ?? impossible('a round lacks a column of its plan');
  plan.entities.forEach(({ columns, ofColumns }, index) => {
    const block = {
      ...shared,
      rowCount,
      first: codesOf(columns[0]),
      second: columns.length > 1 ? codesOf(columns[1]) : null,
      of: ofColumns.map(codesOf),
    };
    histories[index].append(block, { values, firstRow: 0, stride: featureCount, firstColumn: 0 }, share);
  });
}

/** The program of a thread: answers one request after the other. */
export function serveWindowShare(): (request: WindowRequest) => WindowAnswer {
  let share: WindowShare | null = null;
  const none: WindowAnswer = { misplaced: [], memoryBytes: 0, saved: [] };
  return (request) => {
    if (request.kind === 'open') share = new WindowShare(request);
    else if (request.kind === 'close') share = null;
    else if (share === null) impossible('a thread was given rows before its share');
    else if (request.kind === 'append') share.append(request.rowCount);
    else return share.answer(request.horizon);
    return share?.answer() ?? none;
  };
}
