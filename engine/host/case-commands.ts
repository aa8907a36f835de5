import { zonedText } from '../domain/time-zone.ts';
import { resolve } from 'node:path';
import { usageError } from '../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../domain/progress.ts';
import { listAlerts } from '../case/alerts/list-alerts.ts';
import { choiceInCase } from '../jobs/training/take-over-model.ts';
import { explainRows } from '../case/alerts/explain-rows.ts';
import { addSuppression, liftSuppression, listSuppressions, previewSuppression } from '../case/alerts/suppressions.ts';
import { readBelowLine } from '../case/alerts/below-line.ts';
import { rowOfKey, typedKey } from '../case/alerts/alert-keys.ts';
import { caseOverview, groupAlerts } from '../case/case-overview.ts';
import type { CaseSession } from '../case/case-session.ts';
import { doingOf } from '../case/decisions/doing.ts';
import { setVerdicts, undoLast } from '../case/decisions/decisions.ts';
import { readWork } from '../case/decisions/work.ts';
import { wholeHistory } from '../case/decisions/history.ts';
import { exploreBelowLine } from '../case/line/explore-below-line.ts';
import { handleOf, lineOf } from '../case/line/threshold-handle.ts';
import { applyTuning, pointOf } from '../case/line/tuning.ts';
import { compareModels, type ComparedModels } from '../case/model/model-comparison.ts';
import { evaluateScores } from '../case/model/evaluate-scores.ts';
import { rollBack, setChampion } from '../case/model/promotion.ts';
import { revealText } from '../case/personal-text.ts';
import { withCase } from '../case/opening.ts';
import { claimFile } from '../jobs/exporting/output.ts';
import { textKind } from '../jobs/exporting/output-kind.ts';
import { verifyWholly } from '../jobs/verify-wholly.ts';
import type { Evaluation } from '../../preload/contract/evaluations.ts';
import type { JobResult, ParsedJobInput } from '../../preload/contract/jobs.ts';

/*
 * What a command asks of a case that no window has open: each opens the case, asks `engine/case` what a window would,
 * and closes it.
 */

const histogramBins = 24;

/** The `tune` job: moves the line of a model on the scores it has, makes alerts in another way, or says how both stand. */
export function tuneModel(input: ParsedJobInput<'tune'>, context: WorkContext): Promise<JobResult<'tune'>> {
  const { threshold: handle, grouping, explore } = input;
  const isChange = handle !== undefined || grouping !== undefined || explore !== undefined;
  return withCase(input.casePath, isChange ? 'change' : 'read', (session) => {
    throwIfCancelled(context.signal);
    const { id } = session.chosenModel(input.model);
    if (isChange)
      session.writableCase.inTransaction(() => {
        if (grouping !== undefined) groupAlerts(session, doingOf(context), grouping);
        if (explore !== undefined) exploreBelowLine(session, doingOf(context), { share: explore });
        if (handle !== undefined) applyTuning(session, doingOf(context), { modelId: id, handle });
      });
    const { threshold, isChampion } = session.model(id);
    const { alertGap: gap, alertEntity: entity } = caseOverview(session);
    const index = session.tuningIndex(id);
    const point = pointOf(session, id, { kind: 'threshold', thresholdUnits: threshold.units });
    const histogram = index.histogram(histogramBins);
    const evaluation = evaluationOf(session, id, threshold.units);
    return {
      model: session.modelSummary(id),
      isChampion,
      grouping: { gap, entity },
      exploredShare: session.exploredShare ?? 0,
      rows: session.arrays.rowCount,
      alerts: point.alerts,
      alertsPerDay: point.alertsPerDay,
      flagged: point.flagged,
      threshold: point.threshold,
      thresholdUnits: point.thresholdUnits,
      contamination: point.contamination,
      days: index.days.length === 0 ? null : index.days.length,
      line: lineOf(index, threshold.units, handleOf(threshold)),
      ...(evaluation === null ? {} : { evaluation }),
      histogram: Array.from(histogram.counts, (rows, bin) => ({
        fromScore: histogram.edges[bin],
        toScore: histogram.edges[bin + 1],
        rows,
      })),
      case: resolve(input.casePath),
    };
  });
}

function evaluationOf(session: CaseSession, modelId: number, thresholdUnits: number): Evaluation | null {
  const view = session.view(modelId);
  const { labels, weights } = session.counted(view);
  const { basis } = session.labels;
  if (labels === null || basis === null) return null;
  return evaluateScores(labels, basis, view.sums, thresholdUnits, weights);
}

/** The `compare` job: two models of one case, by what they flag and by what they find. One at a tracking server that the case lacks is taken over. */
export async function compareTwoModels(
  input: ParsedJobInput<'compare'>,
  context: WorkContext,
): Promise<JobResult<'compare'>> {
  const named = await choiceInCase({ ...input, model: input.first }, context);
  const other = await choiceInCase({ ...input, model: input.second }, context);
  return withCase(input.casePath, 'read', (session) => {
    throwIfCancelled(context.signal);
    const { id: firstId } = session.chosenModel(named);
    const { id: secondId } = session.chosenModel(other);
    const { comparison, first, second } = compareModels(session, firstId, secondId, input.at);
    const { basis } = session.labels;
    const partOf = (id: number, { labels, weights, sums, thresholdUnits }: ComparedModels['first']) => ({
      model: session.modelSummary(id),
      evaluation:
        labels === null || basis === null ? null : evaluateScores(labels, basis, sums, thresholdUnits, weights),
    });
    return {
      ...comparison,
      first: partOf(firstId, first),
      second: partOf(secondId, second),
      case: resolve(input.casePath),
    };
  });
}

/** The `explain` job: why the most anomalous transactions, or those named by id, score as they do. */
export function explainAlerts(input: ParsedJobInput<'explain'>, context: WorkContext): Promise<JobResult<'explain'>> {
  return withCase(input.casePath, 'read', async (session) => ({
    model: session.modelSummary(session.chosenModel(input.model).id),
    alerts: await explainRows(session, input, context),
    case: resolve(input.casePath),
  }));
}

/** The `alerts` job: the list that a window shows in Triage, or a part of it. */
export function listCaseAlerts(input: ParsedJobInput<'alerts'>, context: WorkContext): Promise<JobResult<'alerts'>> {
  return withCase(input.casePath, 'read', async (session) => {
    throwIfCancelled(context.signal);
    const { id, threshold } = session.chosenModel(input.model);
    const {
      alerts: allAlerts,
      alertsPerDay,
      flagged,
    } = pointOf(session, id, { kind: 'threshold', thresholdUnits: threshold.units });
    return {
      model: session.modelSummary(id),
      ...(await listAlerts(session, id, input, context)),
      allAlerts,
      alertsPerDay,
      flagged,
      case: resolve(input.casePath),
    };
  });
}

/** The `judge` job: a verdict on alerts or transactions, or the last action taken back. */
export function judgeAlerts(input: ParsedJobInput<'judge'>, context: WorkContext): Promise<JobResult<'judge'>> {
  return withCase(input.casePath, 'change', (session) => {
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const { id: modelId } = session.chosenModel(input.model);
    const { action } = input;
    if (action.kind === 'undo') {
      const { undone, undoDepth } = undoLast(session, doing);
      return { verdicts: [], recommended: [], undone, undoDepth, by: doing.by, case: resolve(input.casePath) };
    }
    const keys = action.alerts.map((key) => keyOfAlert(session, modelId, typedKey(key)));
    const transactions = session.arrays.rowsOfIds(action.transactions);
    if (keys.length + transactions.length === 0)
      throw usageError(
        'WRONG_USE',
        'It was not said what is judged.',
        'Name an alert by its key (assay alerts --case FILE), or a transaction by its id.',
      );
    const { as: kind, reason, note, closedUntil, replace } = action;
    const closedUntilMs = closedUntil === null ? null : startOfDay(session, closedUntil);
    const verdict = { modelId, keys, transactions, kind, reason, closedUntilMs, note, replace };
    const { verdicts, recommended, undoDepth } = setVerdicts(session, doing, verdict);
    return {
      verdicts: verdicts.map((each) => ({
        key: each.alertKey,
        verdict: each.kind,
        reason: each.reason,
        transactions: each.transactions,
        closedUntilMs: each.closedUntilMs,
        by: each.decidedBy,
      })),
      recommended: [...recommended],
      undone: null,
      undoDepth,
      by: doing.by,
      case: resolve(input.casePath),
    };
  });
}

/** @throws AssayError WRONG_USE where the key names no alert of the model at its line. */
function keyOfAlert(session: CaseSession, modelId: number, key: string): string {
  const row = rowOfKey(session.arrays, key);
  if (row >= 0 && session.alerts(modelId).groups.groupOfRow(row) >= 0) return key;
  throw usageError(
    'WRONG_USE',
    row < 0 ? `'${key}' is no alert of this case.` : `'${key}' is no alert of model ${modelId}: it is not flagged.`,
    '`assay alerts --case FILE` lists the keys; a transaction that is not flagged is judged by its id, with --transaction.',
  );
}

/** When a day such as 2026-03-02 begins in the time zone of the case. */
function startOfDay({ arrays }: CaseSession, day: string): number {
  return arrays.clock.instantOfLocal(Date.parse(day));
}

const historyKind = textKind('a history of a case', /\{"id":\d+,"at":"/u);

/** The `audit` job: the history of a case, as a list or a file, and whether its chain is whole. */
export async function auditCase(input: ParsedJobInput<'audit'>, context: WorkContext): Promise<JobResult<'audit'>> {
  if (input.rescore && !input.verify)
    throw usageError('WRONG_USE', 'Scores are made anew only to verify them.', 'Add --verify.');
  if (input.against !== undefined && !input.verify)
    throw usageError('WRONG_USE', 'A history is held against an export only to verify it.', 'Add --verify.');
  const output =
    input.output === undefined
      ? null
      : await claimFile(input.output, historyKind, { reads: [input.casePath], force: input.force });
  return withCase(input.casePath, 'inspect', async (session) => {
    const { alert, model, text, limit } = input;
    const choice = { alert: alert === undefined ? undefined : typedKey(alert), model, text };
    const all = wholeHistory(session, choice).map(({ id, atMs, by, what, about, details, hash }) => ({
      id,
      at: zonedText(session.arrays.clock, atMs),
      by,
      what,
      about,
      details: JSON.parse(details) as unknown,
      hash,
    }));
    await output?.write(all.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    const brokenEntry = input.verify ? session.openCase.decisions.brokenAuditEntry() : null;
    const verified = input.verify
      ? await verifyWholly(session, { rescore: input.rescore, against: input.against }, context)
      : null;
    return {
      entries: limit === undefined ? all : all.slice(-limit),
      total: all.length,
      whole: verified === null ? null : verified.problems.length === 0,
      problems: [...(verified?.problems ?? [])],
      brokenEntry,
      derived: verified?.derived == null ? null : [...verified.derived],
      against: verified?.against ?? null,
      output: output?.path ?? null,
      case: resolve(input.casePath),
    };
  });
}

/** The `promote` job: makes a model the champion. One at a tracking server that the case lacks is taken over first. */
export async function promoteModel(
  input: ParsedJobInput<'promote'>,
  context: WorkContext,
): Promise<JobResult<'promote'>> {
  const choice = await choiceInCase(input, context);
  return withCase(input.casePath, 'change', (session) => {
    const before = championOf(session);
    const { id: modelId } = session.chosenModel(choice);
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    setChampion(session, doing, { modelId, reason: input.reason });
    return { model: session.modelSummary(modelId), before, by: doing.by, case: resolve(input.casePath) };
  });
}

/** The `rollback` job: the champion before the present one is the champion again. */
export function rollBackModel(input: ParsedJobInput<'rollback'>, context: WorkContext): Promise<JobResult<'rollback'>> {
  return withCase(input.casePath, 'change', (session) => {
    const before = championOf(session);
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    rollBack(session, doing, { reason: input.reason });
    const { id } = session.chosenModel(undefined);
    return { model: session.modelSummary(id), before, by: doing.by, case: resolve(input.casePath) };
  });
}

function championOf(session: CaseSession): JobResult<'promote'>['before'] {
  return session.models.length === 0 ? null : session.modelSummary(session.chosenModel(undefined).id);
}

/** The `reveal` job: the text behind a token of a person's data, once the history says who saw it and why. */
export function revealPersonal(input: ParsedJobInput<'reveal'>, context: WorkContext): Promise<JobResult<'reveal'>> {
  return withCase(input.casePath, 'change', (session) => {
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const text = revealText(session, doing, input);
    return { token: input.token, text, by: doing.by, case: resolve(input.casePath) };
  });
}

/** The `missed` job: what a random sample below the line, judged blind, says of the fraud that is missed. */
export function measureMissed(input: ParsedJobInput<'missed'>): Promise<JobResult<'missed'>> {
  return withCase(input.casePath, 'read', (session) => {
    const { id } = session.chosenModel(input.model);
    const { rows, report } = readBelowLine(session, { modelId: id, sample: input.sample });
    return {
      model: session.modelSummary(id),
      ...report,
      sample: rows.map(({ key, id: rowId, verdict }) => ({ sequence: Number(key.slice(1)), id: rowId, verdict })),
      case: resolve(input.casePath),
    };
  });
}

/** The `suppress` job: silences a pattern, says what that hides, or lifts it. */
export function suppressPatterns(
  { casePath, model, by, action }: ParsedJobInput<'suppress'>,
  context: WorkContext,
): Promise<JobResult<'suppress'>> {
  const isChange = action.kind === 'lift' || (action.kind === 'add' && !action.dryRun);
  return withCase(casePath, isChange ? 'change' : 'read', (session) => {
    const doing = { ...doingOf(context), ...(by === undefined ? {} : { by }) };
    const { id: modelId } = session.chosenModel(model);
    const preview = action.kind === 'add' ? previewSuppression(session, modelId, action) : null;
    const added = action.kind === 'add' && !action.dryRun ? addSuppression(session, doing, modelId, action) : null;
    if (action.kind === 'lift') liftSuppression(session, doing, action.id);
    const { groups } = session.alerts(modelId);
    return {
      preview,
      added,
      suppressions: [...listSuppressions(session, modelId)],
      suppressedAlerts: groups.total - groups.count,
      case: resolve(casePath),
    };
  });
}

/** The `work` job: what verdicts say of the work; minutes are those of who asks, and only where they are asked for. */
export function reportWork(
  { casePath, model, by, minutes, minuteCost }: ParsedJobInput<'work'>,
  context: WorkContext,
): Promise<JobResult<'work'>> {
  return withCase(casePath, 'read', (session) => {
    const { id } = session.chosenModel(model);
    const person = minutes ? (by ?? doingOf(context).by) : null;
    return { ...readWork(session, id, person, minuteCost), case: resolve(casePath) };
  });
}
