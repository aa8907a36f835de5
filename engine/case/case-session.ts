import { realpathSync } from 'node:fs';
import { AssayError, usageError } from '../domain/error.ts';
import { UNLABELLED } from '../domain/label.ts';
import { labelOfVerdict } from '../domain/verdict.ts';
import type { StoredVerdict } from '../store/decision-log.ts';
import { openCase, openCaseReadOnly } from '../store/open-case.ts';
import type { ReadableCase } from '../store/readable-case.ts';
import type { StoredModel } from '../store/types.ts';
import { WritableCase } from '../store/writable-case.ts';
import { CaseArrays } from './case-arrays.ts';
import { ModelView } from './model/model-view.ts';

/** What analysts have decided, in memory. */
export interface DecisionState {
  readonly verdicts: ReadonlyMap<string, StoredVerdict>;
  /** Until when each alert is put aside. */
  readonly snoozes: ReadonlyMap<string, number>;
  readonly notes: ReadonlySet<string>;
}

/**
 * The open case of a window: one connection that stays open, and what was read through it. What other connections
 * (jobs, another process) change is noticed at the next request.
 */
export class CaseSession {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly openCase: ReadableCase;
  #arrays: CaseArrays | undefined;
  #models: readonly StoredModel[] | undefined;
  readonly #views = new Map<number, ModelView>();
  #decisions: DecisionState | undefined;
  #labels: { readonly labels: Uint8Array | null } | undefined;
  #dataVersion: number;
  #profileText: string;

  /** @param open how the file is opened; for writing where that is possible, unless something else is named. */
  constructor(path: string, open: (path: string) => ReadableCase = openForWritingIfPossible) {
    this.openCase = open(path);
    this.path = realpathSync(this.openCase.path);
    this.#dataVersion = this.openCase.dataVersion();
    this.#profileText = this.#profileNow();
  }

  get isReadOnly(): boolean {
    return !(this.openCase instanceof WritableCase);
  }

  /** @throws AssayError CASE_READ_ONLY where the case was opened for reading. */
  get writableCase(): WritableCase {
    if (this.openCase instanceof WritableCase) return this.openCase;
    throw usageError(
      'CASE_READ_ONLY',
      `${this.path} is open for reading only, so nothing in it can be changed.`,
      'Copy the case to a folder that can be written, and open the copy.',
    );
  }

  close(): void {
    this.openCase.close();
  }

  /** Forgets what is no longer true because somebody else changed the case. Cheap where nobody did. */
  refresh(): void {
    const version = this.openCase.dataVersion();
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.modelsChanged();
    this.decisionsChanged();
    const profile = this.#profileNow();
    if (this.#arrays?.rowCount !== this.openCase.nextSequence() || profile !== this.#profileText) this.rowsChanged();
    this.#profileText = profile;
  }

  /** Rows or profile are others now. */
  rowsChanged(): void {
    this.#arrays = undefined;
    this.#labels = undefined;
    this.#views.clear();
  }

  /** Models, their thresholds or the champion are others now. */
  modelsChanged(): void {
    this.#models = undefined;
  }

  decisionsChanged(): void {
    this.#decisions = undefined;
    this.#labels = undefined;
  }

  get arrays(): CaseArrays {
    this.#arrays ??= new CaseArrays(this.openCase);
    return this.#arrays;
  }

  get models(): readonly StoredModel[] {
    this.#models ??= this.openCase.models();
    return this.#models;
  }

  /** @throws AssayError NO_MODEL, naming the models there are. */
  model(id: number): StoredModel {
    const stored = this.models.find((model) => model.id === id);
    if (stored !== undefined) return stored;
    throw usageError(
      'NO_MODEL',
      `The case has no model ${id}.`,
      this.models.length === 0
        ? 'Train one first.'
        : `It has the models ${this.models.map((model) => model.id).join(', ')}.`,
    );
  }

  view(modelId: number): ModelView {
    const stored = this.model(modelId);
    const known = this.#views.get(modelId);
    if (known !== undefined) return known;
    const view = new ModelView(this.openCase, this.arrays, stored);
    this.#views.set(modelId, view);
    return view;
  }

  get decisions(): DecisionState {
    const log = this.openCase.decisions;
    this.#decisions ??= {
      verdicts: new Map(log.standingVerdicts().map((verdict) => [verdict.alertKey, verdict])),
      snoozes: log.standingSnoozes(),
      notes: log.keysWithNotes(),
    };
    return this.#decisions;
  }

  /** Labels of all rows: the label column, and over it what verdicts say; null where neither says anything. */
  get labels(): Uint8Array | null {
    this.#labels ??= { labels: this.#labelsWithVerdicts() };
    return this.#labels.labels;
  }

  /** The label column where it exists, else nothing known; verdicts are not in it. */
  #labelsWithVerdicts(): Uint8Array | null {
    const { labels: fromColumn, rowCount } = this.arrays;
    const decided = [...this.decisions.verdicts.values()].filter(({ kind }) => labelOfVerdict(kind) !== null);
    if (decided.length === 0) return fromColumn;
    const labels = fromColumn?.slice() ?? new Uint8Array(rowCount).fill(UNLABELLED);
    for (const { kind, sequences } of decided)
      for (const sequence of sequences) labels[sequence] = labelOfVerdict(kind) ?? UNLABELLED;
    return labels;
  }

  #profileNow(): string {
    return JSON.stringify(this.openCase.profile() ?? null);
  }
}

function openForWritingIfPossible(path: string): ReadableCase {
  try {
    return openCase(path);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'CASE_READ_ONLY') return openCaseReadOnly(path);
    throw error;
  }
}
