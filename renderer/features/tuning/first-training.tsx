import { useState, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useCase, useReadOnlyWords, useSettings } from '../../data/app-state.tsx';
import { formatCount } from '../../data/format.ts';
import { shareOf, useJob } from '../../data/jobs.tsx';
import { Button } from '../../ui/button.tsx';
import { Progress } from '../../ui/progress.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { errorWords } from '../../ui/error-words.ts';

/** A case without a model: one button, with the defaults that suit most recordings. */
export function FirstTraining(): ReactNode {
  const openCase = useCase();
  const [settings] = useSettings();
  const { start, cancel, running } = useJob('train');
  const [problem, setProblem] = useState<string | null>(null);
  const budget = settings.analysts * settings.alertsPerAnalystPerDay;
  const train = (): void => {
    if (openCase === null) return;
    setProblem(null);
    void start({ casePath: openCase.path }).then((outcome) => {
      if (!outcome.ok && outcome.error.code !== 'CANCELLED') setProblem(errorWords(outcome.error));
    });
  };
  useCommand('tuning.train', running === null ? train : null);
  const trainKey = useCommandKey('tuning.train');
  const offBecause = useReadOnlyWords();
  return (
    <EmptyState
      title="No model yet"
      actions={
        running === null ? (
          <Button tone="primary" keyHint={trainKey} offBecause={offBecause} onClick={train}>
            Train
          </Button>
        ) : (
          <>
            <Progress label="Training" share={shareOf(running.progress)} widthPx={180} />
            <Button onClick={cancel} disabled={running.isCancelling}>
              Cancel
            </Button>
          </>
        )
      }
    >
      <p>
        A first model takes seconds: 300 trees, every column that carries information, and a line{' '}
        {openCase === null || openCase.days === 0
          ? 'at 2 % of the transactions, since there are no days'
          : `that keeps to ${formatCount(budget)} alerts a day, the team’s budget, and to 5 % of the transactions at most`}
        .
      </p>
      {problem !== null && (
        <p role="alert" className="tuning-problem">
          ▲ {problem}
        </p>
      )}
    </EmptyState>
  );
}
