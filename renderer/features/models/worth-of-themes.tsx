import type { ReactNode } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { progressWords } from '../../app/job-words.ts';
import { useCurrentModel, useModels } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatDecimal, formatPercent, withCapital } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { themeNames } from '../../data/theme-names.ts';
import { featuresWithout, trainingLike } from '../../data/training.ts';
import { Button } from '../../ui/button.tsx';
import { Progress } from '../../ui/progress.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { CommandButton } from './command-button.tsx';

type Worth = JobResult<'themes'>;

/** What each theme of a model is worth, by leaving it out; and training a challenger without one. */
export function WorthOfThemes({ openCase, model }: { readonly openCase: CaseOverview; readonly model: ModelListItem }) {
  const job = useJob('themes');
  const train = useJob('train');
  const models = useModels();
  const [, setCurrent] = useCurrentModel();
  const canStart = job.running === null && train.running === null && model.scoresAllRows && model.flagged > 0;
  const start = (): void => void job.start({ casePath: openCase.path, model: `${model.id}` });
  if (model.themes.length === 0) return null;
  const result =
    job.outcome?.ok === true && job.outcome.result.model.digest === model.digest ? job.outcome.result : null;
  const switchOff = async (theme: Worth['themes'][number]['theme']): Promise<void> => {
    if (theme === 'other') return;
    const like = trainingLike(model, featuresWithout(model, models), models);
    const outcome = await train.start({ casePath: openCase.path, ...like, withoutThemes: [theme] });
    if (outcome.ok) setCurrent(outcome.result.model.id);
  };
  const running = job.running ?? train.running;
  return (
    <section className="models-themes" aria-label="Worth of themes">
      <h3>What is each theme worth?</h3>
      {running !== null ? (
        <div className="models-running">
          <Progress label="Leaving out themes" share={shareOf(running.progress)} widthPx={150} />
          <span className="soft tabular">{progressWords(running.name, running.progress)}</span>
          <Button onClick={job.running === null ? train.cancel : job.cancel} disabled={running.isCancelling}>
            {running.isCancelling ? 'Stopping' : 'Stop'}
          </Button>
        </div>
      ) : (
        <div className="models-actions">
          <CommandButton command="models.themes" run={canStart ? start : null}>
            Leave out each in turn
          </CommandButton>
        </div>
      )}
      {[job.outcome, train.outcome].map(
        (outcome, index) =>
          outcome?.ok === false &&
          outcome.error.code !== 'CANCELLED' && (
            <ErrorState
              key={index}
              title={index === 0 ? 'The themes could not be left out' : 'No model was trained'}
              error={outcome.error}
              whatIsSafe="The case: its models are as they were."
            />
          ),
      )}
      {result !== null && (
        <WorthTable result={result} canTrain={!openCase.readOnly && running === null} onSwitchOff={switchOff} />
      )}
    </section>
  );
}

function WorthTable({
  result,
  canTrain,
  onSwitchOff,
}: {
  readonly result: Worth;
  readonly canTrain: boolean;
  readonly onSwitchOff: (theme: Worth['themes'][number]['theme']) => Promise<void>;
}): ReactNode {
  const { all, alerts, explained, basis, themes } = result;
  return (
    <>
      <p className="tabular" role="status">
        {basis === null ? (
          <span className="soft">
            Nothing is known of any transaction, so no figure says how good a theme is: below is what each leads of{' '}
            {formatCounted(explained, 'alert')}, and what only it brings.
          </span>
        ) : (
          <>
            <strong>{fraudWords(all)}</strong>{' '}
            <span className="soft">
              of {formatCounted(alerts, 'alert')} are fraud with all themes; average precision{' '}
              {formatDecimal(all.averagePrecision, 3)}
            </span>
          </>
        )}
      </p>
      <table className="plain-table models-worth">
        <thead>
          <tr>
            <th scope="col">Without</th>
            <th scope="col" className="number" title="Alerts whose score it raises most">
              Leads
            </th>
            <th scope="col" className="number" title="Alerts of which nothing is flagged by the forest without it">
              Only with it
            </th>
            {basis !== null && (
              <>
                <th scope="col" className="number" title="Alerts that are fraud, at as many alerts">
                  Fraud
                </th>
                <th
                  scope="col"
                  className="number"
                  title="Average precision that is lost, with its 95 % interval over days"
                >
                  Precision lost
                </th>
              </>
            )}
            <th scope="col">
              <span className="visually-hidden">Switch off</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {themes.map(({ theme, led, onlyWith, without, examples }) => (
            <tr key={theme}>
              <th scope="row" title={examples.map(({ entity, reason }) => `${entity}: ${reason}`).join('\n')}>
                {withCapital(themeNames[theme])}
              </th>
              <td className="number">{formatPercent(explained === 0 ? null : led / explained)}</td>
              <td className="number">{formatCount(onlyWith)}</td>
              {basis !== null && (
                <>
                  <td className="number">{fraudWords(without)}</td>
                  <td className="number" title={lostRange(without)}>
                    {without?.lost == null ? '–' : signedPrecision(without.lost.mean)}
                    <span className="soft"> {worthWords(without)}</span>
                  </td>
                </>
              )}
              <td>
                {theme !== 'other' && (
                  <button
                    type="button"
                    className="text-link nowrap"
                    disabled={!canTrain || without === null}
                    aria-label={`Train without ${themeNames[theme]}`}
                    title="Trains a challenger without it, to be compared and promoted like any model"
                    onClick={() => void onSwitchOff(theme)}
                  >
                    Switch off
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {basis === null && <Examples themes={themes} />}
    </>
  );
}

/** Without labels: what kind of alert each theme leads. */
function Examples({ themes }: Pick<Worth, 'themes'>): ReactNode {
  return (
    <ul className="models-examples">
      {themes
        .filter(({ examples }) => examples.length > 0)
        .map(({ theme, examples }) => (
          <li key={theme}>
            {examples[0].reason} <span className="soft">({examples[0].entity})</span>
          </li>
        ))}
    </ul>
  );
}

function fraudWords(part: Worth['all'] | null): string {
  return part?.fraudAlerts == null ? '–' : formatCount(part.fraudAlerts);
}

function signedPrecision(value: number): string {
  return `${value < 0 ? '−' : '+'}${formatDecimal(Math.abs(value), 3)}`;
}

type Without = Worth['themes'][number]['without'];

function lostRange(without: Without): string {
  const low = without?.lost?.low ?? null;
  const high = without?.lost?.high ?? null;
  return low === null || high === null ? '' : `95 %: ${signedPrecision(low)} to ${signedPrecision(high)}`;
}

/** What the interval says; the words of the command line. */
function worthWords(without: Without): string {
  const low = without?.lost?.low ?? null;
  const high = without?.lost?.high ?? null;
  if (low === null || high === null) return '';
  if (low > 0) return 'helps';
  return high < 0 ? 'better without' : 'not shown';
}
