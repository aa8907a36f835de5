import type { DecimalSum } from '../../domain/decimal-sum.ts';
import { loadKernel } from '../../forest/kernel/kernel-module.ts';
import { bytesPerBatch } from '../text-batches.ts';

/** Where the build puts the compiled kernel. */
const kernelUrl = new URL('./reading-kernel.wasm', import.meta.url);

/** Powers of ten that the kernel reads by itself lie between the negative of this and this. */
const mostPower = 40;
const powers = 2 * mostPower + 1;
const pageBytes = 1 << 16;

/** Text that is looked at in one piece: a batch, and what was read beyond it. */
const textBytes = 10 << 20;
const mostRows = 4096;
const mostCells = 1 << 21;
const mostColumns = 2048;
const mostHeaderBytes = 1 << 15;
/** The kernel loads words that begin before a cell and end behind the text. */
const marginBytes = 64;

const address = ((): Readonly<Record<Area, number>> => {
  let next = marginBytes;
  const reserve = (bytes: number): number => {
    const start = next;
    next = (start + bytes + marginBytes) & -marginBytes;
    return start;
  };
  return {
    fives: reserve(16 * powers),
    exactPowers: reserve(8 * 23),
    wholePowers: reserve(8 * 20),
    lastBytes: reserve(8 * 9),
    reached: reserve(4),
    header: reserve(mostHeaderBytes),
    rowStarts: reserve(4 * mostRows),
    rowEnds: reserve(4 * mostRows),
    text: reserve(textBytes),
    starts: reserve(4 * mostCells),
    ends: reserve(4 * mostCells),
    wanted: reserve(8 * mostColumns),
    values: reserve(8 * mostCells),
    unsure: reserve(4 * mostCells),
    sums: reserve(16 * powers * mostColumns),
    counts: reserve(4 * mostColumns),
    end: next,
  };
})();

type Area =
  | 'fives'
  | 'exactPowers'
  | 'wholePowers'
  | 'lastBytes'
  | 'reached'
  | 'header'
  | 'rowStarts'
  | 'rowEnds'
  | 'text'
  | 'starts'
  | 'ends'
  | 'wanted'
  | 'values'
  | 'unsure'
  | 'sums'
  | 'counts'
  | 'end';

interface KernelExports {
  useTables(fives: number, exactPowers: number, wholePowers: number, lastBytes: number): void;
  takePlainRows(...numbers: readonly number[]): number;
  readColumns(...numbers: readonly number[]): void;
}

/** A column whose numbers are asked for, and the sign before their decimals. */
export interface NumberColumn {
  readonly column: number;
  readonly decimalByte: number;
}

/** Columns of a batch that lies in a kernel, to be read by any thread. */
export interface ColumnsTask {
  readonly rows: number;
  readonly columns: number;
  readonly wanted: readonly NumberColumn[];
}

function instanceOn(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
  exports.useTables(address.fives, address.exactPowers, address.wholePowers, address.lastBytes);
  return exports;
}

function readTask(exports: KernelExports, list: Uint32Array, { rows, columns, wanted }: ColumnsTask): void {
  wanted.forEach(({ column, decimalByte }, place) => list.set([column, decimalByte], 2 * place));
  exports.readColumns(
    address.text,
    address.starts,
    address.ends,
    rows,
    columns,
    address.wanted,
    wanted.length,
    address.values,
    address.unsure,
    address.sums,
    address.counts,
  );
}

function listIn({ buffer }: WebAssembly.Memory): Uint32Array {
  return new Uint32Array(buffer, address.wanted, 2 * mostColumns);
}

/** Reads columns of the batch in a kernel's memory from another thread, as `ReadingKernel.readColumns`. */
export function columnsReader(module: WebAssembly.Module, memory: WebAssembly.Memory): (task: ColumnsTask) => void {
  const exports = instanceOn(module, memory);
  const list = listIn(memory);
  return (task) => readTask(exports, list, task);
}

/** Reciprocals of smaller powers are rounded up in their last bit: then a product of a mantissa with them is exact where it can be. */
const leastExactReciprocal = -27;

/** The first 128 bits of each power of five, as Eisel and Lemire's way needs them. */
function writePowersOfFive(view: DataView): void {
  for (let power = -mostPower; power <= mostPower; power++) {
    const five = 5n ** BigInt(Math.abs(power));
    const bits = BigInt(five.toString(2).length);
    const shift = power >= leastExactReciprocal ? bits + 127n : 2n * bits + 128n;
    const fraction = power < 0 ? (1n << shift) / five + 1n : five << 128n;
    const leading = fraction >> BigInt(fraction.toString(2).length - 128);
    const at = address.fives + 16 * (power + mostPower);
    view.setBigUint64(at, leading >> 64n, true);
    view.setBigUint64(at + 8, leading & 0xffff_ffff_ffff_ffffn, true);
  }
}

function writeTables(memory: ArrayBufferLike): void {
  const view = new DataView(memory);
  writePowersOfFive(view);
  for (let power = 0; power < 23; power++) view.setFloat64(address.exactPowers + 8 * power, Number(`1e${power}`), true);
  for (let power = 0; power < 20; power++)
    view.setBigUint64(address.wholePowers + 8 * power, 10n ** BigInt(power), true);
  for (let count = 0; count <= 8; count++) {
    const kept = count === 0 ? 0n : BigInt.asUintN(64, ~0n << BigInt(64 - 8 * count));
    view.setBigUint64(address.lastBytes + 8 * count, kept, true);
  }
}

/** How plain rows of delimited text are written. */
export interface PlainRows {
  readonly delimiterByte: number;
  readonly quoteByte: number;
  /** The byte that takes its meaning from the one behind it; null where none does. */
  readonly escapeByte: number | null;
  readonly columnCount: number;
  /** The header as written; where it comes again it is no row. */
  readonly headerBytes: Uint8Array;
  readonly longestRecordBytes: number;
}

/** The WebAssembly that finds cells and reads numbers, with its memory. One batch at a time is held in it. */
export class ReadingKernel {
  /** Cells of the batch: for row r and column c, entry `r * columns + c`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Bytes of the rows found last, by row. */
  readonly rowStarts: Uint32Array;
  readonly rowEnds: Uint32Array;
  readonly memory: WebAssembly.Memory;
  readonly #exports: KernelExports;
  readonly #text: Buffer;
  readonly #header: Uint8Array;
  readonly #wanted: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #reached: Uint32Array;
  #heldBytes = 0;

  constructor(module: WebAssembly.Module) {
    const pages = Math.ceil((address.end + marginBytes) / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const { buffer } = memory;
    writeTables(buffer);
    this.memory = memory;
    this.#exports = instanceOn(module, memory);
    this.starts = new Uint32Array(buffer, address.starts, mostCells);
    this.ends = new Uint32Array(buffer, address.ends, mostCells);
    this.rowStarts = new Uint32Array(buffer, address.rowStarts, mostRows);
    this.rowEnds = new Uint32Array(buffer, address.rowEnds, mostRows);
    this.#text = Buffer.from(buffer, address.text, textBytes);
    this.#header = new Uint8Array(buffer, address.header, mostHeaderBytes);
    this.#wanted = listIn(memory);
    this.#counts = new Uint32Array(buffer, address.counts, mostColumns);
    this.#reached = new Uint32Array(buffer, address.reached, 1);
  }

  /** Forgets the text of the batch before. */
  forget(): void {
    this.#heldBytes = 0;
  }

  /**
   * Takes whole plain rows from a part of `bytes`, of which what was given since `forget` must not have changed, behind the `rows`
   * there are. Stops before the first other row, at `rowsWanted` rows and at a row that begins behind `bytesPerBatch`. Gives the rows
   * there are now, and where the next one begins.
   */
  takeRows(
    plain: PlainRows,
    bytes: Uint8Array,
    { from, end }: { readonly from: number; readonly end: number },
    rows: number,
    rowsWanted: number,
  ): { readonly rows: number; readonly reached: number } {
    const held = this.#hold(bytes, Math.min(end, textBytes));
    if (from >= held) return { rows, reached: from };
    this.#header.set(plain.headerBytes);
    const taken = this.#exports.takePlainRows(
      address.text,
      from,
      held,
      bytesPerBatch,
      plain.delimiterByte,
      plain.quoteByte,
      plain.escapeByte ?? plain.quoteByte,
      plain.columnCount,
      rows,
      rowsWanted,
      address.header,
      plain.headerBytes.length === 0 ? 0xffff_ffff : plain.headerBytes.length,
      plain.longestRecordBytes,
      address.starts,
      address.ends,
      address.rowStarts,
      address.rowEnds,
      address.reached,
    );
    return { rows: taken, reached: this.#reached[0] };
  }

  /** Reads columns of the batch whose text `textOf` has taken; `numbersOf` gives them, until the next ones are read. */
  readColumns(task: ColumnsTask): void {
    readTask(this.#exports, this.#wanted, task);
  }

  /**
   * What was read of the column at this place of the task, into `out[0..rows)`; its sum is added to `sum`. Gives the rows whose cell
   * needs another look.
   */
  numbersOf(place: number, rows: number, out: Float64Array, sum: DecimalSum | undefined): Uint32Array {
    const { buffer } = this.memory;
    out.set(new Float64Array(buffer, address.values + 8 * rows * place, rows));
    if (sum !== undefined) addSums(sum, new BigInt64Array(buffer, address.sums + 16 * powers * place, 2 * powers));
    return new Uint32Array(buffer, address.unsure + 4 * rows * place, this.#counts[place]);
  }

  /** The text of the batch, `bytes[0..end)`, as it stays here until the next one; undefined where it is too long to be held. */
  textOf(bytes: Uint8Array, end: number): Buffer | undefined {
    if (end > textBytes) return undefined;
    this.#hold(bytes, end);
    return this.#text.subarray(0, end);
  }

  #hold(bytes: Uint8Array, end: number): number {
    if (end > this.#heldBytes) {
      this.#text.set(bytes.subarray(this.#heldBytes, end), this.#heldBytes);
      this.#heldBytes = end;
    }
    return this.#heldBytes;
  }
}

/** The sums of one column: pairs of low and high halves, by power of ten. */
function addSums(sum: DecimalSum, sums: BigInt64Array): void {
  for (let index = 0; index < powers; index++) {
    const units = sums[2 * index] + (sums[2 * index + 1] << 32n);
    if (units !== 0n) sum.addUnits(units, index - mostPower);
  }
}

/** True where the kernel can take rows of this form. */
export function takesRowsOf({ columnCount, headerBytes }: PlainRows): boolean {
  return columnCount > 1 && headerBytes.length <= mostHeaderBytes;
}

/** True where a batch of so many rows has its place in the kernel's memory. */
export function holdsBatchOf(rows: number, columns: number): boolean {
  return rows <= mostRows && columns <= mostColumns && rows * columns <= mostCells;
}

/** Kernels that nobody uses now; each has 54 MB, of which only what was written to takes memory. */
const idle: ReadingKernel[] = [];

/** The compiled kernel; null where it is not built or cannot run here. */
export function kernelModule(): WebAssembly.Module | null {
  return loadKernel(kernelUrl).module;
}

/** A kernel for one recording, to be given back by `giveBackKernel`. */
export function takeKernel(module: WebAssembly.Module): ReadingKernel {
  return idle.pop() ?? new ReadingKernel(module);
}

/** Lets another recording have the kernel; what it holds is void. */
export function giveBackKernel(kernel: ReadingKernel): void {
  idle.push(kernel);
}
