import { resolve } from 'node:path';
import { z } from 'zod';
import { usageError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import {
  bigqueryLine,
  decisionRow,
  decisionTable,
  flaggedRow,
  flaggedTable,
  type TableLayout,
  type TableRow,
} from '../../export/bigquery/bigquery-rows.ts';
import { openTableStream, parseTableAddress, type RefusedRow } from '../../export/bigquery/stream-rows.ts';
import { openCase } from '../../store/open-case.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { eachAlert } from './export-alerts.ts';
import { openCaseToRead } from '../../case/opening.ts';
import { withHistory } from './history-of-export.ts';
import { claimFolder } from './output.ts';

type Input = ParsedJobInput<'exportBigquery'>;
type SentTable = JobResult<'exportBigquery'>['tables'][number];

const sentSchema = z.array(z.string());

/**
 * The `export bigquery` job: flagged transactions and standing verdicts, as files for `bq load`, or streamed into tables. What
 * BigQuery took is noted in the case after each request, so that a second run sends only the rest.
 */
export async function exportBigquery(input: Input, context: WorkContext): Promise<JobResult<'exportBigquery'>> {
  if (input.output === undefined && input.table === undefined)
    throw usageError(
      'WRONG_USE',
      'It was not said where the rows are to go.',
      'Add --out FOLDER, or --table PROJECT.DATASET.TABLE.',
    );
  const tables = input.table === undefined ? null : tablesOf(input.table, input.decisionsTable);
  const output =
    input.output === undefined
      ? null
      : await claimFolder(input.output, 'export bigquery', { reads: [input.casePath], force: input.force });
  const flagged: TableRow[] = [];
  const { rows, digest } = await eachAlert(input, context, (alert, { digest: modelDigest, threshold }) => {
    flagged.push(flaggedRow({ ...alert, threshold, modelDigest }));
  });
  const { decisions, files } = readCase(input.casePath, (rows) => [
    ['flagged.ndjson', flagged.map(bigqueryLine).join('')],
    ['schema.json', schemaText(flaggedTable)],
    ['decisions.ndjson', rows.map(bigqueryLine).join('')],
    ['decisions-schema.json', schemaText(decisionTable)],
  ]);
  await output?.write(files);
  const sent: SentTable[] = [];
  if (tables !== null) {
    sent.push(await sendTo(tables.flagged, flaggedTable, flagged, input, context));
    // A table that nothing is to go into is not made.
    if (decisions.length > 0) sent.push(await sendTo(tables.decisions, decisionTable, decisions, input, context));
  }
  return {
    output: output?.path ?? null,
    files: output === null ? [] : [...files.keys()],
    rows,
    decisions: decisions.length,
    tables: sent,
    digest,
    case: resolve(input.casePath),
  };
}

/** Both addresses, looked at before anything is read. */
function tablesOf(
  table: string,
  decisionsTable: string | undefined,
): { readonly flagged: string; readonly decisions: string } {
  const tables = { flagged: table, decisions: decisionsTable ?? `${table}_decisions` };
  parseTableAddress(tables.flagged);
  parseTableAddress(tables.decisions);
  return tables;
}

function schemaText({ columns }: TableLayout): string {
  return `${JSON.stringify(columns, null, 2)}\n`;
}

/** Verdicts that stand, and the files with them and the head of the history. */
function readCase(
  casePath: string,
  filesOf: (decisions: readonly TableRow[]) => readonly (readonly [string, string])[],
): { readonly decisions: readonly TableRow[]; readonly files: ReadonlyMap<string, string> } {
  const openedCase = openCaseToRead(casePath);
  try {
    const decisions = openedCase.decisions.standingVerdicts().map((verdict) =>
      decisionRow({
        alertKey: verdict.alertKey,
        verdict: verdict.kind,
        reason: verdict.reason,
        score: verdict.score,
        modelDigest: verdict.modelDigest,
        decidedAtMs: verdict.atMs,
        decidedBy: verdict.by,
        sequences: [...verdict.sequences],
      }),
    );
    return { decisions, files: withHistory(new Map(filesOf(decisions)), openedCase) };
  } finally {
    openedCase.close();
  }
}

async function sendTo(
  table: string,
  layout: TableLayout,
  rows: readonly TableRow[],
  { casePath, endpoint }: Input,
  context: WorkContext,
): Promise<SentTable> {
  const stream = await openTableStream(parseTableAddress(table), {
    signal: context.signal,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const isMade = (await stream.prepare(layout)) === 'made';
  const openedCase = openCase(casePath);
  try {
    const key = `bigquery.sent:${endpoint ?? ''}:${table}`;
    // A table that had to be made has none of what an earlier one of its name took.
    const sent = new Set(isMade ? [] : sentSchema.parse(openedCase.setting(key) ?? []));
    const unsent = rows.filter(({ insertId }) => !sent.has(insertId));
    const sentBefore = rows.length - unsent.length;
    let taken = 0;
    const refused: readonly RefusedRow[] = await stream.send(unsent, (insertIds) => {
      for (const insertId of insertIds) sent.add(insertId);
      taken += insertIds.length;
      openedCase.setSetting(key, [...sent]);
      context.report({ phase: 'export', done: sentBefore + taken, total: rows.length, unit: 'rows' });
    });
    return { table, made: isMade, sent: taken, sentBefore, refused: [...refused] };
  } finally {
    openedCase.close();
  }
}
