import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { alertGroupingSchema, gapInMs, type AlertGrouping } from '../domain/alert-grouping.ts';
import { usageError } from '../domain/error.ts';
import { explorationSchema } from '../domain/exploration.ts';
import type { RowWeights } from '../evaluation/ranking.ts';
import { membershipAmong, orderForAlerts, type AlertMembership, type AlertOrder } from '../forest/alert-sweep.ts';
import type { Profile } from '../domain/profile.ts';
import type { Suppression } from '../domain/suppression.ts';
import type { CompiledForest } from '../domain/model.ts';
import { buildTuningIndex, type TuningIndex } from '../forest/tuning.ts';
import type { ReadableCase } from '../store/readable-case.ts';
import { readOnlyPlace } from '../store/read-only-place.ts';
import type { StoredModel } from '../store/types.ts';
import { WritableCase } from '../store/writable-case.ts';
import { mixInto, type AlertGroups } from './alerts/alert-groups.ts';
import { drawExplored, NOTHING_EXPLORED, type Explored } from './alerts/exploration.ts';
import { selectVerdicts, type VerdictSelection } from './alerts/verdict-selection.ts';
import { CaseArrays, UNKNOWN_CODE } from './case-arrays.ts';
import { readDecisions, type DecisionState } from './decisions/decision-state.ts';
import { readSuppressions, suppressedRows } from './alerts/suppressions.ts';
import { combineLabels, countVerdicts, labelsForFigures, type CaseLabels, type CountedVerdict } from './labels.ts';
import { findModel, modelSummary, unknownModel, type ModelSummary } from './model/chosen-model.ts';
import { ModelView } from './model/model-view.ts';

/** Setting of a case: how its flagged transactions become alerts. */
export const ALERT_GROUPING_SETTING = 'alert grouping';
/** Setting of a case: how much of the queue comes from below the line. */
export const EXPLORATION_SETTING = 'exploration';
/** Setting of a case: the greatest share that was ever chosen, by which verdicts on what was drawn are known as such later. */
export const MOST_EXPLORED_SETTING = 'exploration at most';

/** The alerts of a model with what stands among them by chance. */
interface MixedAlerts {
  readonly of: AlertGroups;
  readonly explored: Explored;
  readonly groups: AlertGroups;
}

interface CountedLabels {
  readonly of: CaseLabels;
  readonly selection: VerdictSelection | null;
  readonly verdicts: readonly CountedVerdict[];
  readonly labels: Uint8Array | null;
  /** For how many transactions each labelled one stands; null where each stands for itself. */
  readonly weights: RowWeights | null;
}

/**
 * An open case: one connection that stays open, and what was read through it. What other connections (jobs, another
 * process) change is noticed at the next request.
 */
export class CaseSession {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly openCase: ReadableCase;
  #arrays: CaseArrays | undefined;
  #models: readonly StoredModel[] | undefined;
  readonly #views = new Map<number, ModelView>();
  #decisions: DecisionState | undefined;
  #labels: CaseLabels | undefined;
  readonly #counted = new WeakMap<ModelView, CountedLabels>();
  #membership:
    { readonly of: CaseArrays; readonly countedOver: string; readonly membership: AlertMembership } | undefined;
  #alertOrder: { readonly of: AlertMembership; readonly order: AlertOrder } | undefined;
  #suppressions: readonly Suppression[] | undefined;
  #suppressed:
    { readonly of: readonly object[]; readonly rows: Uint8Array | null; readonly digest: string } | undefined;
  #countedOver: { readonly of: readonly (object | number)[]; readonly digest: string } | undefined;
  #grouping: AlertGrouping | undefined;
  #exploredShare: number | null | undefined;
  readonly #exploredAtMost = new WeakMap<AlertGroups, Explored>();
  readonly #selections = new Map<
    boolean,
    { readonly of: readonly unknown[]; readonly selection: VerdictSelection | null }
  >();
  readonly #mixed = new WeakMap<ModelView, MixedAlerts>();
  readonly #blind = new WeakMap<
    ModelView,
    { readonly of: MixedAlerts; readonly rows: string; readonly view: ModelView }
  >();
  #supposed: Profile | undefined;
  /** Undefined where more than the file may be another than it was when it was asked last. */
  #dataVersion: number | undefined;
  #changesSeen = 0;
  #readers = 0;
  #profileText: string;

  constructor(openCase: ReadableCase) {
    this.openCase = openCase;
    this.path = realpathSync(openCase.path);
    this.#dataVersion = openCase.dataVersion();
    this.#profileText = this.#profileNow();
  }

  get isReadOnly(): boolean {
    return !(this.openCase instanceof WritableCase);
  }

  /** @throws AssayError CASE_READ_ONLY where the case was opened for reading, saying why it cannot be written. */
  get writableCase(): WritableCase {
    if (this.openCase instanceof WritableCase) return this.openCase;
    const place = readOnlyPlace(this.path);
    throw usageError(
      'CASE_READ_ONLY',
      `${this.path} is open for reading only, so nothing in it can be changed${place === null ? '' : `: ${place} is read-only`}.`,
      'Copy the case to a folder that can be written, and open the copy.',
    );
  }

  close(): void {
    this.openCase.close();
  }

  /** Whether another connection has changed the case since anything was asked of it last. */
  get isBehind(): boolean {
    return this.openCase.dataVersion() !== this.#dataVersion;
  }

  /** How often it was found that others had changed the case: whoever asked first may not be who has to hear of it. */
  get changesSeen(): number {
    return this.#changesSeen;
  }

  /** Forgets what is no longer true because somebody else changed the case. Cheap where nobody did. */
  refresh(): void {
    const version = this.openCase.dataVersion();
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#changesSeen++;
    this.modelsChanged();
    this.decisionsChanged();
    this.groupingChanged();
    this.explorationChanged();
    this.suppressionsChanged();
    const profile = this.#profileNow();
    const rowCount = this.openCase.nextSequence();
    const arrays = this.#arrays;
    const isLess = arrays !== undefined && this.openCase.rowNumbers().removed !== arrays.numbers.removed;
    if (arrays === undefined || isLess || arrays.rowCount > rowCount || profile !== this.#profileText)
      this.rowsChanged();
    else if (arrays.rowCount < rowCount && !this.#passesOverNewRows) this.#rowsCame(arrays);
    this.#profileText = profile;
  }

  /**
   * Until the returned function is called, rows that come without scores of the champion are passed over: while a recording is
   * read into the case, its alerts stay what they were.
   */
  passOverUnscoredRows(): () => void {
    this.#readers++;
    return () => {
      this.#readers--;
      this.#dataVersion = undefined;
    };
  }

  get #passesOverNewRows(): boolean {
    if (this.#readers === 0) return false;
    const champion = findModel(this.models, undefined);
    return champion !== undefined && this.openCase.segmentsWithoutScores(champion.id).length > 0;
  }

  /** Rows came at the end; what is known of those before stays. */
  #rowsCame(before: CaseArrays): void {
    const arrays = new CaseArrays(this.openCase, this.grouping.entity, this.#supposed, before);
    this.#arrays = arrays;
    this.#labels = undefined;
    for (const [id, view] of this.#views) this.#views.set(id, view.over(arrays));
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

  suppressionsChanged(): void {
    this.#suppressions = undefined;
  }

  /** Every pattern that was ever suppressed in this case, oldest first. */
  get suppressions(): readonly Suppression[] {
    this.#suppressions ??= readSuppressions(this.openCase);
    return this.#suppressions;
  }

  /** 1 for each transaction that is suppressed and that no verdict speaks for; null where none is. */
  get suppressed(): Uint8Array | null {
    return this.#suppressedNow().rows;
  }

  #suppressedNow(): { readonly rows: Uint8Array | null; readonly digest: string } {
    const of = [this.arrays, this.decisions, this.suppressions];
    if (this.#suppressed?.of.every((part, index) => part === of[index])) return this.#suppressed;
    const rows = suppressedRows(this, this.suppressions);
    const digest = rows === null ? '' : createHash('sha256').update(rows).digest('hex');
    // The same rows stay the same object, so that what was counted over them holds.
    this.#suppressed = { of, rows: digest === this.#suppressed?.digest ? this.#suppressed.rows : rows, digest };
    return this.#suppressed;
  }

  /** How flagged transactions become alerts is another now. */
  groupingChanged(): void {
    const before = this.#grouping;
    this.#grouping = undefined;
    if (before !== undefined && before.entity !== this.grouping.entity) this.rowsChanged();
  }

  /** Answers from now on as if the case had this profile; nothing is stored. */
  suppose(profile: Profile): void {
    this.#supposed = profile;
    this.rowsChanged();
  }

  /** How flagged transactions become alerts in this case. */
  get grouping(): AlertGrouping {
    this.#grouping ??= alertGroupingSchema.parse(this.openCase.setting(ALERT_GROUPING_SETTING) ?? {});
    return this.#grouping;
  }

  explorationChanged(): void {
    this.#exploredShare = undefined;
  }

  /** The share of the queue that comes from below the line; null where nobody has chosen one, which is none. */
  get exploredShare(): number | null {
    if (this.#exploredShare === undefined) {
      const stored = this.openCase.setting(EXPLORATION_SETTING);
      this.#exploredShare = stored === undefined ? null : explorationSchema.parse(stored).share;
    }
    return this.#exploredShare;
  }

  get arrays(): CaseArrays {
    this.#arrays ??= new CaseArrays(this.openCase, this.grouping.entity, this.#supposed);
    return this.#arrays;
  }

  get models(): readonly StoredModel[] {
    this.#models ??= this.openCase.models();
    return this.#models;
  }

  /** @throws AssayError NO_MODEL, naming the models there are. */
  model(id: number): StoredModel {
    return this.models.find((model) => model.id === id) ?? unknownModel(this.models, String(id));
  }

  /**
   * One model by number, or by the first digits of its digest; the champion where none is named.
   * @throws AssayError NO_MODEL, naming the models there are.
   */
  chosenModel(choice: string | undefined): StoredModel {
    return findModel(this.models, choice) ?? unknownModel(this.models, choice ?? 'champion');
  }

  view(modelId: number): ModelView {
    const stored = this.model(modelId);
    const known = this.#views.get(modelId);
    if (known !== undefined) return known;
    const view = new ModelView(this.openCase, this.arrays, stored);
    this.#views.set(modelId, view);
    return view;
  }

  /** What a report says of a model. */
  modelSummary(id: number): ModelSummary {
    return modelSummary({ stored: this.model(id), forest: this.view(id).forest });
  }

  get decisions(): DecisionState {
    this.#decisions ??= readDecisions(this.openCase, this.arrays.numbers);
    return this.#decisions;
  }

  /** What is known of every row, and on what it stands. */
  get labels(): CaseLabels {
    this.#labels ??= combineLabels(this.arrays.labels, this.decisions, this.arrays.rowCount);
    return this.#labels;
  }

  /** What figures of quality count under one model: the label column's rows, and each verdict once. */
  counted(view: ModelView): CountedLabels {
    const known = this.#counted.get(view);
    const selection = this.verdictSelection(true);
    if (known?.of === this.labels && known.selection === selection) return known;
    const verdicts = known?.of === this.labels ? known.verdicts : countVerdicts(this.labels, this.decisions, view.sums);
    const labels =
      known?.of === this.labels ? known.labels : labelsForFigures(this.labels, verdicts, this.arrays.rowCount);
    const counted = { of: this.labels, selection, verdicts, labels, weights: selection?.weights ?? null };
    this.#counted.set(view, counted);
    return counted;
  }

  /**
   * How the verdicts came about, for every figure that counts them; null where none is known to have come by chance.
   * @param besideColumn whether the label column speaks for its transactions
   */
  verdictSelection(besideColumn: boolean): VerdictSelection | null {
    const of = [this.arrays, this.labels, this.decisions, this.models, this.countedOver];
    const known = this.#selections.get(besideColumn);
    if (known?.of.every((part, index) => part === of[index])) return known.selection;
    const selection = selectVerdicts(this, besideColumn);
    this.#selections.set(besideColumn, { of, selection });
    return selection;
  }

  /** How rows make alerts: by entity and gap, less what people split or joined. */
  get alertMembership(): AlertMembership {
    const { arrays, countedOver } = this;
    if (this.#membership?.of === arrays && this.#membership.countedOver === countedOver)
      return this.#membership.membership;
    const membership = this.#membershipNow();
    this.#membership = { of: arrays, countedOver, membership };
    return membership;
  }

  /** All rows in the order in which they make alerts. */
  get alertOrder(): AlertOrder {
    const { alertMembership } = this;
    if (this.#alertOrder?.of !== alertMembership)
      this.#alertOrder = { of: alertMembership, order: orderForAlerts(alertMembership, this.arrays.rowCount) };
    return this.#alertOrder.order;
  }

  /**
   * Digest of what counts of alerts hang on beside a model's sums and threshold: rows, what the profile reads as entity
   * and time, the gap, what people split and joined, and what is suppressed. Stored counts are true as long as this is the same.
   */
  get countedOver(): string {
    const of = [this.arrays, this.decisions, this.grouping, this.suppressions, this.#exploredShareNow];
    if (this.#countedOver?.of.every((part, index) => part === of[index])) return this.#countedOver.digest;
    const groupings = this.decisions.groupings.map((rows) => [...rows]);
    const { digest: suppressed } = this.#suppressedNow();
    const over = [
      ...[this.arrays.rowCount, this.arrays.numbers.runs, this.#profileNow(), this.grouping, groupings],
      ...(suppressed === '' ? [] : [suppressed]),
      ...(this.#exploredShareNow === 0 ? [] : [{ explored: this.#exploredShareNow }]),
    ];
    const digest = createHash('sha256').update(JSON.stringify(over)).digest('hex');
    this.#countedOver = { of, digest };
    return digest;
  }

  #membershipNow(): AlertMembership {
    const { arrays, grouping, suppressed } = this;
    const { groupings } = this.decisions;
    const { entity, times } = arrays;
    const entityCount = entity?.dictionary.size ?? 0;
    let groups = entity?.codes ?? null;
    if (groupings.length > 0) {
      groups = groups?.slice() ?? new Int32Array(arrays.rowCount).fill(UNKNOWN_CODE);
      for (const [index, rows] of groupings.entries())
        for (const row of rows) if (row < groups.length) groups[row] = entityCount + index;
    }
    return {
      groups,
      groupCount: entityCount + groupings.length,
      times,
      gapMs: gapInMs(grouping.gap),
      firstWholeGroup: entityCount,
      ...(suppressed && { suppressed }),
      ...(this.#exploredShareNow === 0 ? {} : { exploredShare: this.#exploredShareNow }),
    };
  }

  get #exploredShareNow(): number {
    return this.exploredShare ?? 0;
  }

  /**
   * The index of sums that are in no view, such as those of a model that is being trained, or of the leading rows that
   * a model has scored.
   */
  indexOf(
    forest: CompiledForest,
    sums: Int32Array,
  ): { readonly labels: Uint8Array | null; readonly weights: RowWeights | null; readonly index: TuningIndex } {
    const { arrays, decisions } = this;
    const rowCount = sums.length;
    const verdicts = countVerdicts(this.labels, decisions, sums);
    const labels = labelsForFigures(this.labels, verdicts, arrays.rowCount)?.subarray(0, rowCount) ?? null;
    const weights = this.verdictSelection(true)?.weights.subarray(0, rowCount) ?? null;
    const index = buildTuningIndex({
      forest,
      sums,
      alertOrder: rowCount === arrays.rowCount ? this.alertOrder : orderForAlerts(this.alertMembership, rowCount),
      ...(labels === null ? {} : { labels, weights }),
      ...(arrays.days === null ? {} : { dayIndex: arrays.days.subarray(0, rowCount) }),
    });
    return { labels, weights, index };
  }

  /**
   * The index of some rows alone, with their own days, labels and alerts. What people split or joined is not looked at: it
   * concerns alerts that were, and this is for a line of those to come.
   * @param sums one for each row of the case
   * @param rows ascending
   */
  indexOfRows(forest: CompiledForest, sums: Int32Array, rows: Uint32Array): TuningIndex {
    const { arrays, decisions, grouping, suppressed } = this;
    const { entity, times, days } = arrays;
    const verdicts = countVerdicts(this.labels, decisions, sums);
    const labels = labelsForFigures(this.labels, verdicts, arrays.rowCount);
    const weights = this.verdictSelection(true)?.weights;
    const membership = {
      groups: entity?.codes ?? null,
      groupCount: entity?.dictionary.size ?? 0,
      times,
      gapMs: gapInMs(grouping.gap),
      ...(suppressed && { suppressed }),
      ...(this.#exploredShareNow === 0 ? {} : { exploredShare: this.#exploredShareNow }),
    };
    return buildTuningIndex({
      forest,
      sums: Int32Array.from(rows, (row) => sums[row]),
      alertOrder: orderForAlerts(membershipAmong(membership, rows), rows.length),
      ...(labels === null ? {} : { labels: Uint8Array.from(rows, (row) => labels[row]) }),
      weights: weights === undefined ? null : Float64Array.from(rows, (row) => weights[row]),
      ...(days === null ? {} : { dayIndex: Int32Array.from(rows, (row) => days[row]) }),
    });
  }

  /** Every question about the line of a model is a search in this. */
  tuningIndex(modelId: number): TuningIndex {
    const view = this.view(modelId);
    return view.tuningIndex(this.counted(view), this.alertOrder);
  }

  /**
   * The alerts of a model at its threshold, those drawn from below the line among them, and the model as they may be judged by: what
   * was drawn and is not decided looks like the alerts that it stands beside.
   */
  alerts(modelId: number): { readonly view: ModelView; readonly groups: AlertGroups } {
    const view = this.view(modelId);
    const mixed = this.#mixedAlerts(modelId);
    const { verdictOfRow } = this.decisions;
    const hidden = mixed.explored.rows.filter(({ row }) => !verdictOfRow.has(row));
    if (hidden.length === 0) return { view, groups: mixed.groups };
    const rows = hidden.map(({ row }) => row).join(' ');
    let blind = this.#blind.get(view);
    if (blind?.of !== mixed || blind.rows !== rows) {
      blind = { of: mixed, rows, view: view.blindTo(new Map(hidden.map(({ row, sum }) => [row, sum]))) };
      this.#blind.set(view, blind);
    }
    return { view: blind.view, groups: mixed.groups };
  }

  /** What stands in the queue of a model by chance, and what it was drawn from. */
  explored(modelId: number): Explored {
    return this.#mixedAlerts(modelId).explored;
  }

  /** What stood in the queue of a model by chance at the greatest share that was ever chosen, which holds what does now. */
  exploredAtMost(modelId: number): Explored {
    const stored = this.openCase.setting(MOST_EXPLORED_SETTING);
    const share = stored === undefined ? this.#exploredShareNow : explorationSchema.parse(stored).share;
    if (share === 0) return NOTHING_EXPLORED;
    const { of: groups, explored } = this.#mixedAlerts(modelId);
    if (share === this.#exploredShareNow) return explored;
    const known = this.#exploredAtMost.get(groups);
    if (known !== undefined) return known;
    const drawn = this.#draw(modelId, groups, share);
    this.#exploredAtMost.set(groups, drawn);
    return drawn;
  }

  #mixedAlerts(modelId: number): MixedAlerts {
    const view = this.view(modelId);
    const { units: thresholdUnits } = this.model(modelId).threshold;
    const groups = view.groups(thresholdUnits, this.alertMembership);
    if (this.#exploredShareNow === 0) return { of: groups, explored: NOTHING_EXPLORED, groups };
    const known = this.#mixed.get(view);
    if (known?.of === groups) return known;
    const explored = this.#draw(modelId, groups, this.#exploredShareNow);
    const mixed = { of: groups, explored, groups: mixInto(groups, explored.rows) };
    this.#mixed.set(view, mixed);
    return mixed;
  }

  #draw(modelId: number, groups: AlertGroups, share: number): Explored {
    const { sums, digest: modelDigest } = this.view(modelId);
    const { units: thresholdUnits } = this.model(modelId).threshold;
    const { suppressed, arrays } = this;
    return drawExplored({ groups, sums, thresholdUnits, modelDigest, suppressed, days: arrays.days, share });
  }

  #profileNow(): string {
    return JSON.stringify(this.openCase.profile() ?? null);
  }
}
