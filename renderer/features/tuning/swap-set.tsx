import { memo, useState, type ReactNode } from 'react';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { SwappedRow } from '../../../preload/contract/tuning.ts';
import { SwapTable } from '../../app/swap-table.tsx';
import { isNumberOrNull, useCaseState } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatScore } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Segmented, Select } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';

export interface SwapSetProps {
  readonly model: ModelListItem;
  readonly otherModels: readonly ModelListItem[];
  /** Where the line was when the analyst began, and where it is. */
  readonly fromUnits: number;
  readonly fromScore: number;
  readonly currentUnits: number;
  readonly onTriage: (row: SwappedRow, side: 'entered' | 'left') => void;
  /** Opens several alerts in Triage, under the model that flags them. */
  readonly onTriageAll: (rows: readonly SwappedRow[], flaggedBy: number) => void;
}

const SHOWN = 500;

/** Which transactions a moved line, or another model, lets in and out, and why: a list that can be triaged. */
export const SwapSet = memo(function SwapSet(props: SwapSetProps): ReactNode {
  const { model, otherModels, fromUnits, fromScore, currentUnits, onTriage, onTriageAll } = props;
  const [compareWith, setCompareWith] = useCaseState<number | null>('tuning.compareWith', null, isNumberOrNull);
  const [side, setSide] = useState<'entered' | 'left'>('entered');
  const other = otherModels.find(({ id }) => id === compareWith);
  const isSame = other === undefined && fromUnits === currentUnits;
  const swapped = useRequest(
    'tuning.swapSet',
    other === undefined
      ? { modelId: model.id, fromUnits, limit: SHOWN }
      : { modelId: model.id, otherModelId: other.id, limit: SHOWN },
    { isEnabled: !isSame, keepsPrevious: true },
  );
  const rows = isSame ? [] : (swapped.data?.[side] ?? []);
  // What left by a moved line is flagged by nobody, so there is no alert of it.
  const flaggedBy = side === 'entered' ? model.id : other?.id;
  const total = { entered: isSame ? 0 : swapped.data?.enteredTotal, left: isSame ? 0 : swapped.data?.leftTotal };

  return (
    <section className="tuning-swap" aria-labelledby="tuning-swap">
      <h3 id="tuning-swap" className="chart-question">
        Which alerts enter, which leave?
      </h3>
      <Select
        label="Compared with"
        layout="row"
        value={other === undefined ? 'line' : String(other.id)}
        options={[
          { value: 'line', text: `the line at ${formatScore(fromScore)}` },
          ...otherModels.map(({ id, name }) => ({ value: String(id), text: name })),
        ]}
        onChange={(choice) => setCompareWith(choice === 'line' ? null : Number(choice))}
      />
      {!isSame && swapped.data !== undefined && (
        <p className="tabular">
          <strong>{formatCounted(swapped.data.alerts.entered, 'alert enters', 'alerts enter')}</strong>,{' '}
          <strong>{formatCount(swapped.data.alerts.left)}</strong> {swapped.data.alerts.left === 1 ? 'leaves' : 'leave'}
          <span className="soft">
            : {formatCount(swapped.data.alerts.before)} then, {formatCount(swapped.data.alerts.now)} now
          </span>
        </p>
      )}
      <Segmented
        label="Side"
        value={side}
        options={[
          { value: 'entered', text: `Enter: ${formatCount(total.entered)} transactions` },
          { value: 'left', text: `Leave: ${formatCount(total.left)}` },
        ]}
        onChange={setSide}
      />
      {swapped.error !== null && (
        <ErrorState title="The lists could not be made" error={swapped.error} onRetry={swapped.refetch} />
      )}
      {isSame && (
        <p className="soft tuning-note">Nothing: the line is where it was. Move it, or compare with another model.</p>
      )}
      {rows.length > 0 && flaggedBy !== undefined && (
        <Button onClick={() => onTriageAll(rows, flaggedBy)}>Triage {formatCounted(rows.length, 'transaction')}</Button>
      )}
      {rows.length > 0 && (
        <SwapTable label={side === 'entered' ? 'Entered' : 'Left'} rows={rows} onOpen={(row) => onTriage(row, side)} />
      )}
      {!isSame && rows.length > 0 && (total[side] ?? 0) > rows.length && (
        <p className="soft tuning-note">The {rows.length} with the highest scores.</p>
      )}
    </section>
  );
});
