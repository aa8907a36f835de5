import { resolve } from 'node:path';
import { historyMark } from '../../domain/history-mark.ts';
import { zonedText, type ZoneClock } from '../../domain/time-zone.ts';
import type { WorkContext } from '../../domain/progress.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { alertRecords, type AlertRecord } from './alert-records.ts';
import { csvCell } from './csv-cell.ts';
import { withCase } from '../../case/opening.ts';
import { claimFile } from './output.ts';
import { textKind } from './output-kind.ts';

const shownReasons = 3;
const header = 'id,event_time,score,reason_1,reason_2,reason_3,history\n';

/** The `export csv` job: flagged transactions with their reasons, most anomalous first; nothing in it runs as a formula. */
export async function exportCsv(
  input: ParsedJobInput<'exportCsv'>,
  context: WorkContext,
): Promise<JobResult<'exportCsv'>> {
  const kind = textKind('a CSV of flagged transactions', header);
  const output = await claimFile(input.output, kind, { reads: [input.casePath], force: input.force });
  const lines = [header];
  const { rows, digest } = await eachAlert(input, context, ({ id, timeMs, score, reasons }, { clock, history }) => {
    const time = timeMs === null ? '' : zonedText(clock, timeMs);
    const shown = Array.from({ length: shownReasons }, (_, index) => csvCell(reasons[index] ?? ''));
    lines.push(`${[csvCell(id), time, score, ...shown, history].join(',')}\n`);
  });
  await output.write(lines.join(''));
  return { output: output.path, files: [output.path], rows, digest, case: resolve(input.casePath) };
}

/** What flagged the transactions, and the clock that the case goes by. */
export interface AlertsOrigin {
  readonly digest: string;
  readonly threshold: number;
  readonly clock: ZoneClock;
  /** Head of the history of the case. */
  readonly history: string;
}

/** Hands over every flagged transaction of a model, most anomalous first. */
export function eachAlert(
  input: { readonly casePath: string; readonly model?: string | undefined },
  context: WorkContext,
  take: (alert: AlertRecord, from: AlertsOrigin) => void,
): Promise<{ readonly rows: number; readonly digest: string }> {
  return withCase(input.casePath, 'read', async (session) => {
    const { id, threshold } = session.chosenModel(input.model);
    const view = session.view(id);
    const from = {
      digest: view.digest,
      threshold: view.scoreOf(threshold.units),
      clock: session.arrays.clock,
      history: historyMark(session.openCase.decisions.head()),
    };
    let rows = 0;
    for await (const alerts of alertRecords(session, id, context)) {
      for (const alert of alerts) take(alert, from);
      rows += alerts.length;
    }
    return { rows, digest: view.digest };
  });
}
