import { useState } from 'react';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import { useAction } from '../../data/requests.ts';
import { errorWords } from '../../ui/error-words.ts';
import { NumberField } from '../../ui/field.tsx';

const MOST_PERCENT = 50;

/** How much of the queue of this case is drawn from below the line. */
export function BelowLineShare({ openCase }: { readonly openCase: CaseOverview }) {
  const [problem, setProblem] = useState<string | null>(null);
  const explore = useAction('case.explore', {
    onDone: () => setProblem(null),
    onError: (error) => setProblem(errorWords(error)),
  });
  const percent = Number((100 * openCase.exploredShare).toFixed(2));
  return (
    <>
      {!openCase.readOnly && (
        <NumberField
          label="From below the line"
          layout="row"
          unit="% of the alerts"
          value={percent}
          minimum={0}
          maximum={MOST_PERCENT}
          onChange={(share) => explore.run({ share: share / 100 })}
        />
      )}
      <p className="soft">
        {percent === 0
          ? 'Every alert is above the line; what is missed is told by the sample below it alone.'
          : `${percent} % of the alerts are drawn at random from below the line and look like any other until they are judged; they tell how much fraud is missed. A budget of alerts a day counts them.`}
      </p>
      {problem !== null && <p role="alert">▲ {problem}</p>}
    </>
  );
}
