import { impossible } from '../../domain/error.ts';
import { isFlagged } from '../../forest/threshold.ts';
import { openCaseReadOnly } from '../../store/open-case.ts';
import type { ReadableCase } from '../../store/readable-case.ts';

/** So often it is asked whether the line was moved; asking costs microseconds. */
const LOOKED_AFTER_MS = 200;

/** The line of a model while rows come in: a person may move it in another process at any time. */
export class LiveLine {
  readonly #case: ReadableCase;
  readonly #modelId: number;
  #units: number;
  #flagged: number;
  #dataVersion: number;
  #isReplaced = false;
  #lookedMs = performance.now();

  constructor(casePath: string, modelId: number) {
    this.#case = openCaseReadOnly(casePath);
    this.#modelId = modelId;
    this.#dataVersion = this.#case.dataVersion();
    this.#units = this.#unitsNow();
    this.#flagged = countFlagged(this.#case, modelId, this.#units);
  }

  get thresholdUnits(): number {
    return this.#units;
  }

  /** Whether another model is the champion by now, as of the last look. */
  get isReplaced(): boolean {
    return this.#isReplaced;
  }

  /** Transactions of the case that are flagged by the line of now, those taken and not stored yet included. */
  get flagged(): number {
    return this.#flagged;
  }

  /** Counts the rows of a batch that are flagged by the line of now. */
  take(sums: Int32Array): number {
    let flagged = 0;
    for (const sum of sums) if (isFlagged(sum, this.#units)) flagged++;
    this.#flagged += flagged;
    return flagged;
  }

  /** Looks whether the line was moved, and counts anew where it was. True where it was. */
  refresh(): boolean {
    if (performance.now() - this.#lookedMs < LOOKED_AFTER_MS) return false;
    this.#lookedMs = performance.now();
    const version = this.#case.dataVersion();
    if (version === this.#dataVersion) return false;
    this.#dataVersion = version;
    this.#isReplaced = this.#case.model(this.#modelId)?.isChampion === false;
    const units = this.#unitsNow();
    if (units === this.#units) return false;
    this.#units = units;
    this.#flagged = countFlagged(this.#case, this.#modelId, units);
    return true;
  }

  close(): void {
    this.#case.close();
  }

  #unitsNow(): number {
    return (this.#case.model(this.#modelId) ?? impossible('a stream is scored by a stored model')).threshold.units;
  }
}

/** How many transactions of a case a model flags at a threshold. */
function countFlagged(openedCase: ReadableCase, modelId: number, thresholdUnits: number): number {
  let flagged = 0;
  for (const segment of openedCase.segments())
    for (const sum of openedCase.readScores(modelId, segment) ?? []) if (isFlagged(sum, thresholdUnits)) flagged++;
  return flagged;
}
