import { useState } from 'react';
import { useFileChoice } from '../../app/file-choice.tsx';
import { usePlace } from '../../app/go-to.tsx';
import { isTextOrNull, useCaseState } from '../../data/app-state.tsx';
import { useJob } from '../../data/jobs.tsx';
import { useClient } from '../../data/client.tsx';
import { fileStem } from '../../data/paths.ts';
import type { Answer } from '../../../preload/contract/envelope.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import './case.css';

/** A report on one alert or the whole case, as a file that any browser shows and prints. */
export function ReportDialog({ casePath, onClose }: { readonly casePath: string; readonly onClose: () => void }) {
  const [selected] = useCaseState<string | null>('triage.selected', null, isTextOrNull);
  const place = usePlace();
  const [alert, setAlert] = useState(place === 'triage' ? (selected ?? '') : '');
  const [stability, setStability] = useState(false);
  const files = useFileChoice();
  const reporting = useJob('report');
  const subject = alert.trim();
  const write = async (): Promise<void> => {
    const about = subject === '' ? 'report' : subject.replaceAll(/[^\w.-]+/gu, '');
    const output = await files.newFile(`${fileStem(casePath)}-${about}.html`);
    if (output !== null)
      void reporting.start({ casePath, output, stability, ...(subject === '' ? {} : { alert: subject }) });
  };
  const { printReport } = useClient();
  const [printed, setPrinted] = useState<{ readonly output: string; readonly answer: Answer<null> | null } | null>(
    null,
  );
  const { outcome } = reporting;
  const print = async (report: string, known: string | null): Promise<void> => {
    const output = known ?? (await files.newFile(`${fileStem(report).replace(/\.html$/iu, '')}.pdf`));
    if (output === null || printReport === null) return;
    setPrinted({ output, answer: null });
    setPrinted({ output, answer: await printReport(report, output, known !== null) });
  };
  return (
    <Dialog title="Report" onClose={onClose}>
      <div className="case-form">
        <p className="soft">
          Who, what, when, where, why and how with pictures, the dossier of the model, and the head of the history, as
          one HTML file
          {printReport === null ? '. Print it as PDF in your browser.' : ', which can then be saved as PDF.'}
        </p>
        <Field
          label="Alert, by its key"
          hint="Empty: the whole case, with its alerts and verdicts"
          placeholder="#16550"
          value={alert}
          onChange={setAlert}
        />
        <Checkbox label="Try five other seeds: takes five trainings" checked={stability} onChange={setStability} />
        {outcome?.ok === true && (
          <p role="status">
            {outcome.result.output}
            {outcome.result.head !== null &&
              `; the history ends at entry ${outcome.result.head.entry}, ${outcome.result.head.hash.slice(0, 12)}…`}
          </p>
        )}
        {outcome?.ok === false && (
          <ErrorState
            title="The report was not written"
            error={outcome.error}
            actions={reporting.replace === null ? undefined : <Button onClick={reporting.replace}>Replace it</Button>}
          />
        )}
        {printed?.answer?.ok === true && <p role="status">{printed.output}</p>}
        {printed?.answer?.ok === false && (
          <ErrorState
            title="It was not saved as PDF"
            error={printed.answer.error}
            actions={
              outcome?.ok === true && printed.answer.error.code === 'WOULD_OVERWRITE' ? (
                <Button onClick={() => void print(outcome.result.output, printed.output)}>Replace it</Button>
              ) : undefined
            }
          />
        )}
        <Button tone="primary" disabled={reporting.running !== null} onClick={() => void write()}>
          Write the report…
        </Button>
        {printReport !== null && outcome?.ok === true && (
          <Button
            disabled={printed !== null && printed.answer === null}
            onClick={() => void print(outcome.result.output, null)}
          >
            Save as PDF…
          </Button>
        )}
      </div>
    </Dialog>
  );
}
