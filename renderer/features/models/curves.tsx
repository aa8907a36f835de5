import { useMemo } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { ChartKeys } from '../../charts/chart-key.tsx';
import { baselineDash, PrecisionRecall } from '../../charts/precision-recall.tsx';
import { formatDecimal, formatPercent } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';

const HEIGHT = 170;

/** What two models would catch, whatever the line: precision over recall, with the line that chance reaches. */
export function Curves({ first, second }: { readonly first: ModelListItem; readonly second: ModelListItem }) {
  const ofFirst = useRequest('tuning.read', { modelId: first.id }).data;
  const ofSecond = useRequest('tuning.read', { modelId: second.id }).data;
  const curves = useMemo(
    () =>
      [ofFirst, ofSecond].flatMap((view, index) =>
        view === undefined || view.curve.length === 0
          ? []
          : [{ name: view.model.name, isModel: index === 0, isOtherModel: index === 1, points: view.curve }],
      ),
    [ofFirst, ofSecond],
  );
  if (ofFirst === undefined || ofSecond === undefined) return <p className="soft">Drawing the curves</p>;
  if (curves.length < 2) return null;
  return (
    <ChartFrame
      question="Which catches more?"
      hint="precision over recall"
      height={HEIGHT}
      answer={
        <ChartKeys
          entries={[
            { words: first.name, colour: 'accent', shape: 'line', dash: 'solid' },
            { words: second.name, colour: 'flag', shape: 'line', dash: baselineDash(0) },
            ...(ofFirst.prevalence === null
              ? []
              : [
                  {
                    words: `chance ${formatPercent(ofFirst.prevalence)}`,
                    colour: 'soft',
                    shape: 'line' as const,
                    dash: [3, 3],
                  },
                ]),
          ]}
        />
      }
      table={() => ({
        columns: [
          { name: 'Model', isNumber: false },
          { name: 'Recall', isNumber: true },
          { name: 'Precision', isNumber: true },
        ],
        rows: curves.flatMap(({ name, points }) =>
          points.map(({ recall, precision }) => [name, formatPercent(recall), formatDecimal(precision, 3)]),
        ),
      })}
    >
      <PrecisionRecall curves={curves} prevalence={ofFirst.prevalence} here={null} height={HEIGHT} />
    </ChartFrame>
  );
}
