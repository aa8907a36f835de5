import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { CaseFormats } from '../../data/case-formats.ts';
import { formatCount, formatPerDay, formatPercent, formatScore } from '../../data/format.ts';
import type { DataColumn } from '../../ui/data-table.tsx';

type Column = DataColumn<ModelListItem>;

/** What the list of models says of each. */
export function modelColumns(
  { rows, days }: Pick<CaseOverview, 'rows' | 'days'>,
  formats: CaseFormats,
): readonly Column[] {
  const number = (id: string, title: string, widthPx: number, text: Column['text']): Column => {
    return { id, title, widthPx, align: 'right', text };
  };
  return [
    {
      id: 'name',
      title: 'Model',
      widthPx: 220,
      text: ({ name, isChampion }) => `${name}${isChampion ? ' champion' : ''}`,
      render: ({ name, isChampion }) => (
        <>
          {name}
          {isChampion && (
            <span className="models-champion">
              <span aria-hidden="true">★</span> champion
            </span>
          )}
        </>
      ),
    },
    number('alerts', 'Alerts', 80, ({ alerts }) => formatCount(alerts)),
    number('perDay', 'A day', 72, ({ alerts }) => formatPerDay(days === 0 ? null : alerts / days)),
    number('flagged', 'Flagged', 88, ({ flagged }) => formatCount(flagged)),
    number('share', 'Share', 80, ({ flagged }) => formatPercent(rows === 0 ? null : flagged / rows)),
    number('threshold', 'Threshold', 92, ({ threshold }) => formatScore(threshold)),
    number('trees', 'Trees', 70, ({ trees }) => (trees === 0 ? 'none' : formatCount(trees))),
    number('sample', 'Sample', 76, ({ sample }) => formatCount(sample)),
    number('features', 'Features', 82, ({ features }) => formatCount(features.length)),
    number('seed', 'Seed', 64, ({ seed }) => (seed === null ? '–' : `${seed}`)),
    { id: 'grower', title: 'Grower', widthPx: 140, text: ({ grower }) => grower },
    { id: 'created', title: 'Added', widthPx: 190, text: ({ createdAtMs }) => formats.time(createdAtMs) },
  ];
}
