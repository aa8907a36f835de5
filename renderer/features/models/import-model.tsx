import { useState, type ReactNode } from 'react';
import type { ScoreDirection } from '../../../engine/domain/model.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import { useFileChoice } from '../../app/file-choice.tsx';
import { progressWords } from '../../app/job-words.ts';
import { formatCount, formatCounted } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Progress } from '../../ui/progress.tsx';
import { ErrorState } from '../../ui/states.tsx';

type Stated = ScoreDirection | '';

const directions: readonly { readonly value: Stated; readonly text: string }[] = [
  { value: '', text: 'as the model itself says' },
  { value: 'higher-is-anomalous', text: 'high scores' },
  { value: 'lower-is-anomalous', text: 'low scores' },
];

export interface ImportModelProps {
  readonly openCase: CaseOverview;
  /** Shows a model in the list. */
  readonly onShow: (modelId: number) => void;
  readonly onClose: () => void;
}

/** A model that was made elsewhere, as a model of the case. */
export function ImportModel({ openCase, onShow, onClose }: ImportModelProps): ReactNode {
  const [file, setFile] = useState('');
  const [features, setFeatures] = useState('');
  const [output, setOutput] = useState('');
  const [direction, setDirection] = useState<Stated>('');
  const files = useFileChoice();
  const importing = useJob('importModel');
  const { running, outcome } = importing;
  const start = async (): Promise<void> => {
    const ended = await importing.start({
      casePath: openCase.path,
      file: file.trim(),
      map: mappedColumns(features),
      ...(output.trim() === '' ? {} : { output: output.trim() }),
      ...(direction === '' ? {} : { direction }),
    });
    if (ended.ok) onShow(ended.result.model.id);
  };
  return (
    <section className="models-train" aria-label="Import a model">
      <h3>Import a model made elsewhere</h3>
      <p className="soft">
        An ONNX file that gives one number a row, such as scikit-learn’s isolation forest by skl2onnx or an
        autoencoder’s error. Every transaction is scored with it; the champion stays.
      </p>
      <Field label="ONNX file" value={file} onChange={setFile} placeholder="/models/forest.onnx" />
      <div>
        <Button
          disabled={running !== null}
          onClick={() => {
            void files.modelFile().then((chosen) => {
              if (chosen !== null) setFile(chosen);
            });
          }}
        >
          Choose…
        </Button>
      </div>
      <Field
        label="Features of its columns"
        hint="In the model’s order, separated by commas; or INPUT=FEATURE for the name of an input."
        value={features}
        onChange={setFeatures}
        placeholder="amount, hour"
      />
      <Select<Stated>
        layout="row"
        label="Anomalous are"
        value={direction}
        options={directions}
        onChange={setDirection}
      />
      <Field label="Output that is the score" value={output} onChange={setOutput} placeholder="the only one there is" />
      {running === null ? (
        <div className="models-actions">
          <Button tone="primary" disabled={file.trim() === ''} onClick={() => void start()}>
            Import
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      ) : (
        <div className="models-running" aria-live="polite">
          <span className="tabular">{progressWords('importModel', running.progress)}</span>
          <Progress label="Importing" share={shareOf(running.progress)} widthPx={180} />
          <Button disabled={running.isCancelling} onClick={importing.cancel}>
            {running.isCancelling ? 'Stopping…' : 'Stop'}
          </Button>
        </div>
      )}
      {outcome?.ok === false && (
        <ErrorState
          title={outcome.error.code === 'CANCELLED' ? 'The import was stopped' : 'The model was not imported'}
          error={outcome.error}
          whatIsSafe="All models and transactions of the case."
        />
      )}
      {outcome?.ok === true && outcome.result.case === openCase.path && <Report imported={outcome.result} />}
    </section>
  );
}

function Report({
  imported: { imported, checkedRows, alerts, flagged },
}: {
  readonly imported: JobResult<'importModel'>;
}) {
  const { producer, greatestDifference, kind } = imported;
  return (
    <p role="status">
      Imported, made by {producer}: {formatCounted(alerts, 'alert')}, {formatCount(flagged)} flagged.{' '}
      {greatestDifference === null
        ? 'ONNX Runtime is not here, so its scores were not compared.'
        : `Over ${formatCount(checkedRows)} transactions its scores are at most ${greatestDifference.toExponential(1)} from those of ONNX Runtime.`}{' '}
      {kind === 'graph' ? 'It is no trees: reasons are by perturbation.' : 'Reasons are exact, over its trees.'}
    </p>
  );
}

function mappedColumns(text: string): { input?: string; feature: string }[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? { feature: part } : { input: part.slice(0, at).trim(), feature: part.slice(at + 1).trim() };
    });
}
