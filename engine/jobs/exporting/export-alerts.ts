import { resolve } from 'node:path';
import type { WorkContext } from '../../domain/progress.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { alertRecords, type AlertRecord } from './alert-records.ts';
import { chooseModel, type ChosenModel } from '../../case/model/choose-model.ts';
import { csvCell } from './csv-cell.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';
import { claimFile } from './output.ts';
import { textKind } from './output-kind.ts';

const shownReasons = 3;
const header = 'id,event_time,score,reason_1,reason_2,reason_3\n';

/** The `export csv` job: flagged transactions with their reasons, most anomalous first; nothing in it runs as a formula. */
export async function exportCsv(
  input: ParsedJobInput<'exportCsv'>,
  context: WorkContext,
): Promise<JobResult<'exportCsv'>> {
  const kind = textKind('a CSV of flagged transactions', header);
  const output = await claimFile(input.output, kind, { reads: [input.casePath], force: input.force });
  const lines = [header];
  const { rows, digest } = await eachAlert(input, context, ({ id, timeMs, score, reasons }) => {
    const time = timeMs === null ? '' : new Date(timeMs).toISOString();
    const shown = Array.from({ length: shownReasons }, (_, index) => csvCell(reasons[index] ?? ''));
    lines.push(`${[csvCell(id), time, score, ...shown].join(',')}\n`);
  });
  await output.write(lines.join(''));
  return { output: output.path, files: [output.path], rows, digest, case: resolve(input.casePath) };
}

/** Hands over every flagged transaction of a model, most anomalous first. */
export async function eachAlert(
  input: { readonly casePath: string; readonly model?: string | undefined },
  context: WorkContext,
  take: (alert: AlertRecord, chosen: ChosenModel) => void,
): Promise<{ readonly rows: number; readonly digest: string }> {
  const openedCase = openCaseToRead(input.casePath);
  try {
    const chosen = chooseModel(openedCase, input.model);
    let rows = 0;
    for await (const alerts of alertRecords(openedCase, chosen, context)) {
      for (const alert of alerts) take(alert, chosen);
      rows += alerts.length;
    }
    return { rows, digest: chosen.forest.digest };
  } finally {
    openedCase.close();
  }
}
