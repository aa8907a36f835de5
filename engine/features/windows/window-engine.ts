import { AssayError, impossible, usageError } from '../../domain/error.ts';
import { UNLABELLED } from '../../domain/label.ts';
import { windowSpecSchema, type Misplaced, type WindowSpec } from '../../domain/window-feature.ts';
import { localHour, zoneClock, type ZoneClock } from '../../domain/time-zone.ts';
import { EntityHistory, type MatrixTarget, type MisplacedCounts } from './entity-history.ts';
import { toUnits } from './exact-sum.ts';
import { LogAmounts } from './log-amounts.ts';
import { WindowCrew } from './window-crew.ts';
import { codeColumnsOf, planWindows, type WindowPlan } from './window-plan.ts';
import { rowsPerRound, type WindowThread, type WindowThreads } from './window-share.ts';

/** A run of consecutive transactions in stream order, decoded. Every array has at least `rowCount` entries. */
export interface TransactionBlock {
  readonly rowCount: number;
  /** Event time in epoch milliseconds; NaN is missing. */
  readonly times: Float64Array;
  /** Dictionary codes by column name, for every entity and `of` column of the spec; -1 is missing. */
  readonly codes: ReadonlyMap<string, Int32Array>;
  /** Amounts in the spec's amount column; NaN is missing. Needed only where a feature uses amounts. */
  readonly amounts?: Float64Array;
  /** FRAUD, GENUINE or UNLABELLED. Absent means that none is known. */
  readonly labels?: Uint8Array;
}

const signature = 0x324e_4957;
const doublesPerHistory = 5;
/** The stream's clock moves once per this many transactions, to the earliest of them: one wrong time cannot move it. */
const clockRun = 64;
/** A stream is taken to be long, and threads are started, after so many transactions: a start costs as much as some ten thousand. */
const rowsBeforeThreads = 16_384;

/**
 * Computes window features over a stream, block by block. The features of a transaction depend only on the spec and on
 * the transactions received up to it, never on how they were cut into blocks, whether the state was saved between, or how
 * many threads compute.
 */
export class WindowEngine {
  readonly spec: WindowSpec;
  readonly #plan: WindowPlan;
  readonly #unitsPerOne: number;
  #histories: readonly EntityHistory[];
  #clock = Number.NEGATIVE_INFINITY;
  #runEarliest = Number.POSITIVE_INFINITY;
  #runLength = 0;
  #horizons = new Float64Array(0);
  #units = new Float64Array(0);
  #logAmounts = new LogAmounts();
  #logUnits = new Float64Array(0);
  #hours = new Int8Array(0);
  readonly #clockOfZone: ZoneClock | null;
  #unknownLabels = new Uint8Array(0);
  readonly #threads: WindowThreads;
  #rowsSoFar = 0;
  /** Threads that were started and do not yet help. */
  #starting: readonly WindowThread[] = [];
  #crew: WindowCrew | null = null;

  /**
   * With `threads`, a stream that turns out to be long goes on by shares of its entities on as many; `close` gives them back.
   * @throws AssayError WRONG_USE where the spec is not valid; a label feature without a delay is not.
   */
  constructor(spec: WindowSpec, threads: WindowThreads = thisThreadAlone) {
    const parsed = windowSpecSchema.safeParse(spec);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw usageError('WRONG_USE', `The window features are not valid: ${issue.path.join('.')}: ${issue.message}.`);
    }
    this.spec = parsed.data;
    this.#plan = planWindows(this.spec);
    this.#threads = threads;
    this.#unitsPerOne = 10 ** this.spec.amountDecimals;
    this.#clockOfZone = this.#plan.timeZone === undefined ? null : zoneClock(this.#plan.timeZone);
    this.#histories = this.#emptyHistories();
  }

  get featureCount(): number {
    return this.spec.features.length;
  }

  get memoryBytes(): number {
    const own = this.#histories.reduce((sum, history) => sum + history.memoryBytes, this.#logAmounts.memoryBytes);
    return own + (this.#crew?.memoryBytes ?? 0);
  }

  /** Threads that compute at the moment, the calling one included. */
  get threadCount(): number {
    return this.#crew === null ? 1 : this.#threads.most;
  }

  /** Per entity, the transactions so far whose features do not know all that came before, or that later ones do not know. */
  misplaced(): readonly Misplaced[] {
    return this.#plan.entities.map(({ columns }, index) => ({
      entity: columns.join('+'),
      ...this.#misplacedOf(index),
    }));
  }

  /** The columns whose codes a block needs, each once. */
  get codeColumns(): readonly string[] {
    return codeColumnsOf(this.#plan);
  }

  /**
   * Takes in a block and writes one float32 per feature, in the order of the spec, into `target`.
   * @throws AssayError UNKNOWN_COLUMN where the block lacks a column that the spec names.
   */
  append(block: TransactionBlock, target: MatrixTarget): void {
    const codes = new Map(this.codeColumns.map((column) => [column, codesOf(block, column)]));
    if (this.#plan.amountColumn !== null && block.amounts === undefined) throw missingColumn(this.#plan.amountColumn);
    for (let first = 0; first < block.rowCount; first += rowsPerRound) {
      const part = rowsOfBlock({ ...block, codes }, first, Math.min(block.rowCount, first + rowsPerRound));
      this.#appendRound(part, { ...target, firstRow: target.firstRow + first });
    }
  }

  /** Starts threads at once where so many rows make a long stream; without, they start once it has become long. */
  expectRows(rowCount: number): void {
    const isShort = rowCount <= rowsBeforeThreads || this.#threads.most < 2;
    if (isShort || this.#crew !== null || this.#starting.length > 0) return;
    this.#starting = Array.from({ length: this.#threads.most - 1 }, () => this.#threads.start());
  }

  /** Gives back the threads that help; the state in them is lost, so nothing is appended or saved afterwards. */
  close(): void {
    for (const thread of this.#starting) thread.release();
    this.#starting = [];
    this.#crew?.release();
    this.#crew = null;
  }

  /**
   * The state as bytes (little-endian). It depends only on the spec and the transactions received. Codes are those of
   * the caller's dictionaries, which must be kept beside it.
   */
  snapshot(): Uint8Array {
    const specBytes = new TextEncoder().encode(JSON.stringify(this.spec));
    const specSize = Math.ceil(specBytes.length / 8) * 8;
    const saved = this.#saveHistories(this.#clock - this.spec.latenessMs);
    const logAmounts = this.#savedLogAmounts();
    const doubles = saved.reduce((sum, part) => sum + part.length + doublesPerHistory, 3 + logAmounts.length);
    const bytes = new Uint8Array(8 + specSize + doubles * 8);
    const head = new DataView(bytes.buffer);
    head.setUint32(0, signature, true);
    head.setUint32(4, specBytes.length, true);
    bytes.set(specBytes, 8);
    const body = new Float64Array(bytes.buffer, 8 + specSize);
    body.set([this.#clock, this.#runEarliest, this.#runLength]);
    let at = 3;
    saved.forEach((part, index) => {
      const { late, tooLate, withoutTime, withoutEntity } = this.#misplacedOf(index);
      body.set([part.length, late, tooLate, withoutTime, withoutEntity], at);
      body.set(part, at + doublesPerHistory);
      at += part.length + doublesPerHistory;
    });
    body.set(logAmounts, at);
    return bytes;
  }

  /**
   * Replaces the state by a snapshot taken under the same spec. What follows is bit-identical to an uninterrupted run.
   * @throws AssayError CASE_CORRUPT where the bytes are no snapshot, MODEL_MISMATCH where the spec differs.
   */
  restore(snapshot: Uint8Array): void {
    const damaged = (): AssayError =>
      new AssayError('CASE_CORRUPT', 'failure', 'The saved state of the window features cannot be read.', {
        nextStep: 'Compute the features again from the recorded transactions.',
      });
    const bytes = snapshot.slice();
    const head = new DataView(bytes.buffer);
    if (bytes.length < 32 || bytes.length % 8 !== 0 || head.getUint32(0, true) !== signature) throw damaged();
    const specLength = head.getUint32(4, true);
    const specSize = Math.ceil(specLength / 8) * 8;
    if (8 + specSize + 24 > bytes.length) throw damaged();
    if (new TextDecoder().decode(bytes.subarray(8, 8 + specLength)) !== JSON.stringify(this.spec)) {
      throw usageError('MODEL_MISMATCH', 'The saved state belongs to other window features than those in use.');
    }
    const body = new Float64Array(bytes.buffer, 8 + specSize);
    const histories = this.#emptyHistories();
    let at = 3;
    for (const history of histories) {
      const from = at + doublesPerHistory;
      if (!(from + body[at] <= body.length)) throw damaged();
      history.load(body.subarray(from, from + body[at]));
      const [late, tooLate, withoutTime, withoutEntity] = body.subarray(at + 1, from);
      history.misplaced = { late, tooLate, withoutTime, withoutEntity };
      at = from + body[at];
    }
    const logAmounts = new LogAmounts();
    if (this.#plan.categoryColumn !== undefined) {
      if (!(at + 1 + body[at] === body.length)) throw damaged();
      logAmounts.load(body.subarray(at + 1));
    }
    this.close();
    this.#histories = histories;
    this.#logAmounts = logAmounts;
    [this.#clock, this.#runEarliest, this.#runLength] = body;
  }

  /** Takes in at most `rowsPerRound` rows. */
  #appendRound(block: TransactionBlock, target: MatrixTarget): void {
    const { rowCount, times, amounts, codes } = block;
    this.#rowsSoFar += rowCount;
    this.#bringInThreads();
    this.#reserve(rowCount);
    if (this.#plan.amountColumn !== null && amounts !== undefined)
      for (let row = 0; row < rowCount; row += 1) this.#units[row] = toUnits(amounts[row], this.#unitsPerOne);
    this.#noteLogAmounts(block);
    this.#noteHours(times, rowCount);
    this.#tick(times, rowCount);
    const shared = {
      rowCount,
      times,
      horizons: this.#horizons,
      units: this.#units,
      labels: block.labels ?? this.#unknownLabels,
      logAmounts: this.#logUnits,
      hours: this.#hours,
    };
    if (this.#crew !== null) return this.#crew.append({ ...shared, codes }, target);
    this.#plan.entities.forEach(({ columns, ofColumns }, index) => {
      const first = codesOf(block, columns[0]);
      const second = columns.length > 1 ? codesOf(block, columns[1]) : null;
      const of = ofColumns.map((column) => codesOf(block, column));
      this.#histories[index].append({ ...shared, first, second, of }, target);
    });
  }

  /** Threads of a long stream start; this one goes on alone until they are ready, and then hands their shares over. */
  #bringInThreads(): void {
    this.expectRows(this.#rowsSoFar);
    if (this.#starting.length === 0 || !this.#starting.every((thread) => thread.isReady())) return;
    const horizon = this.#clock - this.spec.latenessMs;
    this.#crew = new WindowCrew(this.spec, this.#plan, this.#histories, this.#starting, horizon);
    this.#starting = [];
  }

  #saveHistories(horizon: number): readonly Float64Array[] {
    if (this.#crew === null) return this.#histories.map((history) => history.save(horizon));
    return this.#crew.save(horizon).map((shares, index) => this.#histories[index].joinSaved(shares));
  }

  #misplacedOf(entity: number): MisplacedCounts {
    const counted = [this.#histories[entity].misplaced, ...(this.#crew?.misplaced(entity) ?? [])];
    const sumOf = (name: keyof MisplacedCounts): number => counted.reduce((sum, each) => sum + each[name], 0);
    return {
      late: sumOf('late'),
      tooLate: sumOf('tooLate'),
      withoutTime: sumOf('withoutTime'),
      withoutEntity: sumOf('withoutEntity'),
    };
  }

  /** What is usual for the kinds of payments, its length first; nothing where no feature asks. */
  #savedLogAmounts(): Float64Array {
    if (this.#plan.categoryColumn === undefined) return new Float64Array(0);
    const saved = this.#logAmounts.save();
    return Float64Array.of(saved.length, ...saved);
  }

  #emptyHistories(): readonly EntityHistory[] {
    return this.#plan.entities.map((entity) => new EntityHistory(entity, this.spec.latenessMs, this.#unitsPerOne));
  }

  #noteLogAmounts({ amounts, rowCount, ...block }: TransactionBlock): void {
    const { categoryColumn } = this.#plan;
    if (categoryColumn === undefined || amounts === undefined) return;
    const kinds = categoryColumn === null ? null : codesOf({ ...block, rowCount }, categoryColumn);
    this.#logAmounts.append(amounts, kinds, rowCount, this.#logUnits);
  }

  #noteHours(times: Float64Array, rowCount: number): void {
    const clock = this.#clockOfZone;
    if (clock === null) return;
    for (let row = 0; row < rowCount; row += 1)
      this.#hours[row] = Number.isFinite(times[row]) ? Math.floor(localHour(clock, times[row])) : -1;
  }

  #reserve(rowCount: number): void {
    if (rowCount <= this.#horizons.length) return;
    this.#logUnits = new Float64Array(rowCount);
    this.#hours = new Int8Array(rowCount);
    this.#horizons = new Float64Array(rowCount);
    this.#units = new Float64Array(rowCount);
    this.#unknownLabels = new Uint8Array(rowCount).fill(UNLABELLED);
  }

  /** Notes for every row how old it may be, and moves the stream's clock. */
  #tick(times: Float64Array, rowCount: number): void {
    for (let row = 0; row < rowCount; row += 1) {
      this.#horizons[row] = this.#clock - this.spec.latenessMs;
      const time = times[row];
      if (!Number.isFinite(time)) continue;
      if (time < this.#runEarliest) this.#runEarliest = time;
      this.#runLength += 1;
      if (this.#runLength < clockRun) continue;
      if (this.#runEarliest > this.#clock) this.#clock = this.#runEarliest;
      this.#runEarliest = Number.POSITIVE_INFINITY;
      this.#runLength = 0;
    }
  }
}

const thisThreadAlone: WindowThreads = {
  most: 1,
  start: () => impossible('a stream that is computed on one thread starts another'),
};

/** Rows [first, end) of a block. */
function rowsOfBlock(block: TransactionBlock, first: number, end: number): TransactionBlock {
  if (first === 0 && end === block.rowCount) return block;
  return {
    rowCount: end - first,
    times: block.times.subarray(first, end),
    codes: new Map([...block.codes].map(([column, codes]) => [column, codes.subarray(first, end)])),
    ...(block.amounts === undefined ? {} : { amounts: block.amounts.subarray(first, end) }),
    ...(block.labels === undefined ? {} : { labels: block.labels.subarray(first, end) }),
  };
}

/** True where a state was saved in the form that is read now; one of an earlier Assay is computed again from the rows. */
export function isWindowSnapshot(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === signature;
}

function codesOf(block: TransactionBlock, column: string): Int32Array {
  const codes = block.codes.get(column);
  if (codes === undefined) throw missingColumn(column);
  return codes;
}

function missingColumn(column: string): AssayError {
  return usageError('UNKNOWN_COLUMN', `The window features need column "${column}", which the transactions lack.`);
}
