import { challengersKept } from './challengers.ts';
import { statSync } from 'node:fs';
import { findModel } from './model/chosen-model.ts';
import { isFlagged } from '../forest/threshold.ts';
import { basename } from 'node:path';
import type { CaseOverview } from '../../preload/contract/cases.ts';
import type { ColumnReport } from '../../preload/contract/recordings.ts';
import type { ParsedRequestInput, RequestOutput } from '../../preload/contract/requests.ts';
import { describeColumns, totalsOfCase } from './describe-columns.ts';
import { usageError } from '../domain/error.ts';
import { isLocked } from '../store/case-lock.ts';
import type { Doing } from '../store/decision-log.ts';
import { rowOfNumber } from './alerts/alert-keys.ts';
import { ALERT_GROUPING_SETTING, type CaseSession } from './case-session.ts';

const currencyCode = /^[A-Z]{3}$/;
/** Longest piece of a malformed record that is shown. */
const shownBytes = 4096;

export function caseOverview(session: CaseSession): CaseOverview {
  const { openCase, arrays, models } = session;
  const counts = openCase.counts();
  const { entity, counterpart } = arrays;
  return {
    ...fileOfCase(session),
    rows: counts.rows,
    quarantined: counts.quarantined,
    timeZone: arrays.profile.timeZone,
    currency: sharedCurrency(session),
    firstEventMs: arrays.timeSpan?.first ?? null,
    lastEventMs: arrays.timeSpan?.last ?? null,
    days: arrays.distinctDays.length,
    withoutTime: arrays.withoutTime,
    hasLabels: arrays.profile.columns.some((column) => column.role === 'label'),
    alertEntity: entity === null ? null : { role: entity.column.role, column: entity.column.name },
    alertEntityRoles: arrays.entityRoles,
    alertGap: session.grouping.gap,
    exploredShare: session.exploredShare ?? 0,
    challengersKept: challengersKept(session),
    // Without verdicts nothing can differ, and the label column need not be read.
    labelConflicts: session.decisions.verdicts.length === 0 ? 0 : session.labels.conflicts.length,
    counterpart: counterpart === null ? null : { role: counterpart.column.role, column: counterpart.column.name },
    sources: openCase.sources().map((source) => ({
      id: source.id,
      uri: source.uri,
      kind: source.kind,
      format: source.format,
      rows: source.rows,
      quarantined: source.quarantined,
      complete: source.complete,
      addedAtMs: source.addedAtMs,
      file: source.file,
    })),
    models: models.length,
    championId: models.find((model) => model.isChampion)?.id ?? null,
  };
}

/** What an overview says of the file, whatever is in it. */
export function fileOfCase(
  session: CaseSession,
): Pick<CaseOverview, 'path' | 'name' | 'sizeBytes' | 'readOnly' | 'locked'> {
  return {
    path: session.path,
    name: basename(session.path).replace(/\.assay$/, ''),
    sizeBytes: statSync(session.path).size,
    readOnly: session.isReadOnly,
    locked: isLocked(session.path),
  };
}

function sharedCurrency({ arrays }: CaseSession): string | null {
  const dictionary = arrays.currency?.dictionary;
  const only = dictionary?.size === 1 ? dictionary.textOf(0) : '';
  return currencyCode.test(only) ? only : null;
}

/** How each column was understood, and what the champion makes of it. */
export function readProfile(session: CaseSession): { readonly columns: readonly ColumnReport[] } {
  const model = findModel(session.models, undefined);
  return {
    columns: describeColumns(
      session.arrays.profile,
      model === undefined ? null : session.view(model.id).spec,
      totalsOfCase(session.openCase),
    ),
  };
}

export function quarantinePage(
  session: CaseSession,
  input: ParsedRequestInput<'quarantine.page'>,
): RequestOutput<'quarantine.page'> {
  const { openCase } = session;
  const uris = new Map(openCase.sources().map((source) => [source.id, source.uri]));
  const page = openCase.quarantined({
    ...(input.after === undefined ? {} : { after: input.after }),
    limit: input.limit,
    state: 'held',
  });
  const decoder = new TextDecoder();
  return {
    rows: page.rows.map((record) => ({
      id: record.id,
      source: uris.get(record.sourceId) ?? '',
      line: record.line,
      byteOffset: record.byteOffset,
      reason: record.reason,
      raw: decoder.decode(record.raw.subarray(0, shownBytes)),
    })),
    next: page.next,
  };
}

/** Rows in stream order, with their scores under a model where one is named. */
export function transactionsPage(
  session: CaseSession,
  input: ParsedRequestInput<'transactions.page'>,
): RequestOutput<'transactions.page'> {
  const { arrays } = session;
  const first = input.after === undefined ? 0 : rowOfNumber(arrays, input.after) + 1;
  const end = Math.min(first + input.limit, arrays.rowCount);
  const sequences = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  return {
    ...transactionRows(session, sequences, input.modelId),
    next: end < arrays.rowCount && sequences.length > 0 ? arrays.numbers.numberOf(end - 1) : null,
  };
}

/** The decoded cells of some rows, ascending, with the scores that their alerts are shown with. */
export function transactionRows(
  session: CaseSession,
  sequences: readonly number[],
  modelId: number | undefined,
): Pick<RequestOutput<'transactions.page'>, 'columns' | 'kinds' | 'rows'> {
  const { arrays } = session;
  const view = modelId === undefined ? null : session.alerts(modelId).view;
  const units = modelId === undefined ? -1 : session.model(modelId).threshold.units;
  const cells = arrays.cells(sequences);
  return {
    columns: arrays.decodedColumns.map((column) => column.name),
    kinds: arrays.decodedColumns.map((column) => column.kind),
    rows: sequences.map((sequence, index) => ({
      sequence: arrays.numbers.numberOf(sequence),
      score: view === null ? null : view.scoreOf(view.sums[sequence]),
      flagged: view !== null && isFlagged(view.sums[sequence], units),
      cells: cells[index],
    })),
  };
}

/** Transactions of which a verdict says other than the label column. */
export function labelConflicts(
  { arrays, labels }: CaseSession,
  { limit }: ParsedRequestInput<'labels.conflicts'>,
): RequestOutput<'labels.conflicts'> {
  const listed = labels.conflicts.slice(0, limit);
  const ids = arrays.ids(listed.map(({ sequence }) => sequence));
  return listed.map(({ sequence, verdict, columnSays }, index) => ({
    sequence: arrays.numbers.numberOf(sequence),
    id: ids[index],
    columnSays: columnSays === 1 ? 'fraud' : 'legitimate',
    verdict: verdict.kind,
    decidedBy: verdict.by,
    decidedAtMs: verdict.atMs,
  }));
}

/** Chooses how flagged transactions become alerts. Verdicts keep to their transactions. */
export function groupAlerts(
  session: CaseSession,
  doing: Doing,
  { gap = session.grouping.gap, entity = session.grouping.entity }: ParsedRequestInput<'case.groupAlerts'>,
): CaseOverview {
  const { entityRoles } = session.arrays;
  if (entity !== null && !entityRoles.includes(entity))
    throw usageError(
      'UNKNOWN_COLUMN',
      `The case has no column for the ${entity}.`,
      entityRoles.length === 0 ? 'Each transaction is an alert.' : `Choose ${entityRoles.join(' or ')}.`,
    );
  session.writableCase.chooseSetting(ALERT_GROUPING_SETTING, { gap, entity }, doing);
  session.groupingChanged();
  return caseOverview(session);
}
