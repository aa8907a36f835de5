import { AssayError, impossible, usageError } from '../../domain/error.ts';
import { UNLABELLED } from '../../domain/label.ts';
import { windowSpecSchema, type Misplaced, type WindowSpec } from '../../domain/window-feature.ts';
import { localHour, zoneClock, type ZoneClock } from '../../domain/time-zone.ts';
import { WindowKernel, type RoundColumns } from '../kernel/window-kernel.ts';
import { LogAmounts } from './log-amounts.ts';
import { codeColumnsOf, planWindows, type WindowPlan } from './window-plan.ts';
import type { WindowThread, WindowThreads } from './window-thread.ts';

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

/** Where the features go: row r of the block fills `values[(firstRow + r) * stride + firstColumn + column]`. */
export interface MatrixTarget {
  readonly values: Float32Array;
  readonly firstRow: number;
  readonly stride: number;
  readonly firstColumn: number;
}

const signature = 0x324e_4957;
const doublesPerHistory = 5;
/** The stream's clock moves once per this many transactions, to the earliest of them: one wrong time cannot move it. */
const clockRun = 64;
/** A stream is taken to be long, and threads are started, after so many transactions: a start costs as much as most of them. */
const rowsBeforeThreads = 65_536;
/** The largest whole number of units that one amount may hold; larger ones count as this many. Sums of such are kept exactly. */
const largestUnits = 2 ** 52 - 1;
/** Rows that all threads take up together: a few milliseconds of work. */
const rowsPerRound = 8192;

/**
 * Computes window features over a stream, block by block. The features of a transaction depend only on the spec and on
 * the transactions received up to it, never on how they were cut into blocks, whether the state was saved between, or how
 * many threads compute.
 */
export class WindowEngine {
  readonly spec: WindowSpec;
  readonly #plan: WindowPlan;
  readonly #unitsPerOne: number;
  /** Made where the first rows come: whoever only asks for the columns needs none. */
  #kernel: WindowKernel | null = null;
  #clock = Number.NEGATIVE_INFINITY;
  #runEarliest = Number.POSITIVE_INFINITY;
  #runLength = 0;
  #logAmounts = new LogAmounts();
  readonly #clockOfZone: ZoneClock | null;
  readonly #threads: WindowThreads;
  #rowsSoFar = 0;
  /** Threads that help, as soon as they have started. */
  #helpers: readonly WindowThread[] = [];
  /** Once the stream has ended: its transactions out of place. */
  #misplacedAtEnd: readonly Misplaced[] | null = null;

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
  }

  get featureCount(): number {
    return this.spec.features.length;
  }

  get memoryBytes(): number {
    return this.#logAmounts.memoryBytes + (this.#kernel?.memoryBytes ?? 0);
  }

  /** Threads that compute at the moment, the calling one included. */
  get threadCount(): number {
    return 1 + this.#helpers.filter((helper) => helper.isReady()).length;
  }

  /** Per entity, the transactions so far whose features do not know all that came before, or that later ones do not know. */
  misplaced(): readonly Misplaced[] {
    if (this.#misplacedAtEnd !== null) return this.#misplacedAtEnd;
    return this.#plan.entities.map(({ columns }, index) => {
      const [late, tooLate, withoutTime, withoutEntity] = this.#kernel?.misplaced(index) ?? [0, 0, 0, 0];
      return { entity: columns.join('+'), late, tooLate, withoutTime, withoutEntity };
    });
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
    for (const column of this.codeColumns) if (!block.codes.has(column)) throw missingColumn(column);
    if (this.#plan.amountColumn !== null && block.amounts === undefined) throw missingColumn(this.#plan.amountColumn);
    this.#rowsSoFar += block.rowCount;
    this.expectRows(this.#rowsSoFar);
    for (let first = 0; first < block.rowCount; first += rowsPerRound) {
      const end = Math.min(block.rowCount, first + rowsPerRound);
      this.#appendRound(block, first, end, { ...target, firstRow: target.firstRow + first });
    }
  }

  /** Starts threads at once where so many rows make a long stream; without, they start once it has become long. */
  expectRows(rowCount: number): void {
    if (rowCount <= rowsBeforeThreads || this.#threads.most < 2 || this.#helpers.length > 0) return;
    const kernel = this.#kernelOf();
    this.#helpers = Array.from({ length: this.#threads.most - 1 }, () => {
      const helper = this.#threads.start();
      helper.help(kernel.share());
      return helper;
    });
  }

  /** Gives back the threads that help, and the memory; nothing is appended or saved afterwards. */
  close(): void {
    this.#misplacedAtEnd = this.misplaced();
    this.#letGo();
  }

  /**
   * The state as bytes (little-endian). It depends only on the spec and the transactions received. Codes are those of
   * the caller's dictionaries, which must be kept beside it.
   */
  snapshot(): Uint8Array {
    const specBytes = new TextEncoder().encode(JSON.stringify(this.spec));
    const specSize = Math.ceil(specBytes.length / 8) * 8;
    const kernel = this.#kernelOf();
    const saved = this.#plan.entities.map((_, index) => kernel.save(index, this.#clock - this.spec.latenessMs));
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
      body.set([part.length, ...kernel.misplaced(index)], at);
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
    const kernel = this.#emptyKernel();
    let at = 3;
    this.#plan.entities.forEach((_, index) => {
      const from = at + doublesPerHistory;
      if (!(from + body[at] <= body.length)) throw damaged();
      const [late, tooLate, withoutTime, withoutEntity] = body.subarray(at + 1, from);
      kernel.load(index, body.subarray(from, from + body[at]), [late, tooLate, withoutTime, withoutEntity]);
      at = from + body[at];
    });
    const logAmounts = new LogAmounts();
    if (this.#plan.categoryColumn !== undefined) {
      if (!(at + 1 + body[at] === body.length)) throw damaged();
      logAmounts.load(body.subarray(at + 1));
    }
    this.#letGo();
    this.#kernel = kernel;
    this.#logAmounts = logAmounts;
    [this.#clock, this.#runEarliest, this.#runLength] = body;
  }

  /** Takes in rows [first, end) of a block, at most `rowsPerRound`. */
  #appendRound(block: TransactionBlock, first: number, end: number, target: MatrixTarget): void {
    const kernel = this.#kernelOf();
    const rowCount = end - first;
    const round = kernel.roundOf(rowCount);
    round.times.set(block.times.subarray(first, end));
    for (const [column, codes] of round.codes) codes.set(codesOf(block, column).subarray(first, end));
    if (block.labels === undefined) round.labels.fill(UNLABELLED, 0, rowCount);
    else round.labels.set(block.labels.subarray(first, end));
    const amounts = block.amounts?.subarray(first, end);
    if (this.#plan.amountColumn !== null && amounts !== undefined)
      for (let row = 0; row < rowCount; row += 1) round.units[row] = toUnits(amounts[row], this.#unitsPerOne);
    this.#noteLogAmounts(round, amounts, rowCount);
    this.#noteHours(round, rowCount);
    this.#tick(round, rowCount);
    kernel.append(rowCount, this.threadCount > 1);
    copyFeatures(round.values, rowCount, this.featureCount, target);
  }

  #letGo(): void {
    this.#kernel?.close();
    this.#kernel = null;
    for (const helper of this.#helpers) helper.release();
    this.#helpers = [];
  }

  #kernelOf(): WindowKernel {
    if (this.#misplacedAtEnd !== null) impossible('features over time go on after their stream was closed');
    this.#kernel ??= this.#emptyKernel();
    return this.#kernel;
  }

  #emptyKernel(): WindowKernel {
    return new WindowKernel(this.#plan, this.featureCount, this.spec.latenessMs, this.#unitsPerOne, this.#threads.most);
  }

  /** What is usual for the kinds of payments, its length first; nothing where no feature asks. */
  #savedLogAmounts(): Float64Array {
    if (this.#plan.categoryColumn === undefined) return new Float64Array(0);
    const saved = this.#logAmounts.save();
    return Float64Array.of(saved.length, ...saved);
  }

  #noteLogAmounts({ codes, logAmounts }: RoundColumns, amounts: Float64Array | undefined, rowCount: number): void {
    const { categoryColumn } = this.#plan;
    if (categoryColumn === undefined || amounts === undefined) return;
    const kinds = categoryColumn === null ? null : (codes.get(categoryColumn) ?? impossible('a round lacks a column'));
    this.#logAmounts.append(amounts, kinds, rowCount, logAmounts);
  }

  #noteHours({ times, hours }: RoundColumns, rowCount: number): void {
    const clock = this.#clockOfZone;
    if (clock === null) return;
    for (let row = 0; row < rowCount; row += 1)
      hours[row] = Number.isFinite(times[row]) ? Math.floor(localHour(clock, times[row])) : -1;
  }

  /** Notes for every row how old it may be, and moves the stream's clock. */
  #tick({ times, horizons }: RoundColumns, rowCount: number): void {
    for (let row = 0; row < rowCount; row += 1) {
      horizons[row] = this.#clock - this.spec.latenessMs;
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

/** An amount as a whole number of units (`unitsPerOne` of them make 1), clipped to ±(2^52 - 1). NaN stays NaN. */
function toUnits(amount: number, unitsPerOne: number): number {
  // Adding 0 turns -0 into 0, so that equal windows have equal bits.
  const units = Math.round(amount * unitsPerOne) + 0;
  if (units > largestUnits) return largestUnits;
  return units < -largestUnits ? -largestUnits : units;
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
