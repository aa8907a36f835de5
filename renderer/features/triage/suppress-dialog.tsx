import { useState, type ReactNode } from 'react';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { useWhenNamed } from '../../app/analyst-name.tsx';
import { useCase, useFormats } from '../../data/app-state.tsx';
import { formatAmount, formatCount, formatCounted } from '../../data/format.ts';
import { useAction, useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { errorWords } from '../../ui/error-words.ts';
import { Checkbox, Field, NumberField, Select } from '../../ui/field.tsx';

type Listed = RequestOutput<'suppressions.list'>[number];
type Preview = RequestOutput<'suppressions.preview'>;

const DAYS = 30;

/** Silences the pattern of an alert: first what that hides, known fraud included, then for how long and why. */
export function SuppressDialog({
  modelId,
  alertKey,
  onChanged,
  onClose,
}: {
  readonly modelId: number;
  readonly alertKey: string;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const openCase = useCase();
  const formats = useFormats();
  const whenNamed = useWhenNamed();
  const detail = useRequest('alerts.detail', { modelId, key: alertKey }).data;
  const [isOfEntity, setOfEntity] = useState(true);
  const [isOfCounterpart, setOfCounterpart] = useState(true);
  const [forDays, setForDays] = useState(DAYS);
  const [reason, setReason] = useState('');
  const entity = detail?.row.entity ?? '';
  const counterpart = detail?.row.counterpart ?? '';
  const [bounds, setBounds] = useState<Readonly<Record<string, Bound>>>({});
  const features = (detail?.contributions ?? []).flatMap(({ feature: name, label, number }) =>
    number === null ? [] : [{ name, label, bound: bounds[name] ?? { isChosen: false, is: 'at-most', value: number } }],
  );
  const pattern = {
    entities: isOfEntity && entity !== '' ? [entity] : [],
    counterparts: isOfCounterpart && counterpart !== '' ? [counterpart] : [],
    features: features
      .filter(({ bound }) => bound.isChosen)
      .map(({ name, bound: { is, value } }) => ({
        name,
        from: is === 'at-least' ? value : null,
        to: is === 'at-most' ? value : null,
      })),
  };
  const says = pattern.entities.length + pattern.counterparts.length + pattern.features.length > 0;
  const choice = { modelId, pattern, pastDays: DAYS, forDays };
  const preview = useRequest('suppressions.preview', choice, { isEnabled: says, keepsPrevious: true });
  // Nothing is suppressed before what it hides was seen.
  const isSeen = says && preview.data !== undefined && !preview.isPrevious;
  const list = useRequest('suppressions.list', { modelId });
  const [isChanged, setChanged] = useState(false);
  const told = {
    onDone: () => {
      setReason('');
      setChanged(true);
    },
  };
  // The list is read again behind the dialog only: the alert that it speaks of may leave with its pattern.
  const close = (): void => {
    if (isChanged) onChanged();
    onClose();
  };
  const add = useAction('suppressions.add', told);
  const lift = useAction('suppressions.lift', told);
  const error = add.error ?? lift.error ?? preview.error;
  return (
    <Dialog title="Suppress a pattern" size="wide" onClose={close}>
      <form
        className="triage-suppress"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSeen && reason.trim() !== '') whenNamed(() => add.run({ ...choice, reason }));
        }}
      >
        <p className="soft">
          What meets all that is chosen makes no alert. It stays counted under “suppressed”, one click away, and a
          verdict brings an alert back.
        </p>
        <div className="triage-suppress-choice">
          {entity !== '' && (
            <Checkbox
              label={`${openCase?.alertEntity?.role ?? 'entity'} ${entity}`}
              checked={isOfEntity}
              onChange={setOfEntity}
            />
          )}
          {counterpart !== '' && (
            <Checkbox
              label={`${openCase?.counterpart?.role ?? 'counterpart'} ${counterpart}`}
              checked={isOfCounterpart}
              onChange={setOfCounterpart}
            />
          )}
          {features.map(({ name, label, bound }) => (
            <BoundFields
              key={name}
              label={label}
              bound={bound}
              onChange={(changed) => setBounds({ ...bounds, [name]: changed })}
            />
          ))}
          <NumberField
            label="Days from the newest event"
            layout="row"
            value={forDays}
            onChange={setForDays}
            minimum={1}
            maximum={366}
            isInteger
          />
        </div>
        {says && preview.data !== undefined && <DryRun preview={preview.data} isPrevious={preview.isPrevious} />}
        <div className="triage-suppress-choice">
          <Field label="Why" layout="row" maxLength={500} value={reason} onChange={setReason} />
          <Button type="submit" tone="primary" keyHint="Enter" disabled={!isSeen || reason.trim() === ''}>
            Suppress
          </Button>
        </div>
        {error !== null && <p role="alert">▲ {errorWords(error)}</p>}
      </form>
      <h3>Suppressed in this case</h3>
      {(list.data ?? []).length === 0 ? (
        <p className="soft">Nothing yet.</p>
      ) : (
        <ul className="triage-suppress-list">
          {(list.data ?? []).map((listed) => (
            <li key={listed.id}>
              <span>
                <strong>{listed.words}</strong>: {listed.reason}{' '}
                <span className="soft tabular">
                  ({listed.owner}, {stateWords(listed, formats.day)}; hides{' '}
                  {formatCounted(listed.hides.alerts, 'alert')}, {formatCount(listed.hides.fraud)} known fraud)
                </span>
              </span>
              {listed.lifted === null && (
                <Button onClick={() => whenNamed(() => lift.run({ modelId, id: listed.id }))}>Lift</Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

/** A bound of one feature, beginning with the value that the alert has. */
interface Bound {
  readonly isChosen: boolean;
  readonly is: 'at-most' | 'at-least';
  readonly value: number;
}

function BoundFields({
  label,
  bound,
  onChange,
}: {
  readonly label: string;
  readonly bound: Bound;
  readonly onChange: (bound: Bound) => void;
}): ReactNode {
  return (
    <div className="triage-suppress-bound">
      <Checkbox label={label} checked={bound.isChosen} onChange={(isChosen) => onChange({ ...bound, isChosen })} />
      {bound.isChosen && (
        <>
          <Select<Bound['is']>
            label={`${label} is`}
            layout="hidden"
            value={bound.is}
            options={[
              { value: 'at-most', text: 'at most' },
              { value: 'at-least', text: 'at least' },
            ]}
            onChange={(is) => onChange({ ...bound, is })}
          />
          <NumberField
            label={`bound of ${label}`}
            layout="hidden"
            value={bound.value}
            onChange={(value) => onChange({ ...bound, value })}
          />
        </>
      )}
    </div>
  );
}

function stateWords({ lifted, isStanding, untilMs }: Listed, day: (instantMs: number) => string): string {
  if (lifted !== null) return `lifted by ${lifted.by}`;
  return isStanding ? `until ${day(untilMs)}` : `expired ${day(untilMs)}`;
}

/** What the pattern would have hidden, before anything is hidden. */
function DryRun({
  preview,
  isPrevious,
}: {
  readonly preview: Preview;
  /** Whether it tells of the choice before, while the present one is counted. */
  readonly isPrevious: boolean;
}): ReactNode {
  const { alerts, transactions, decided, leaveTheQueue, fraud, frauds } = preview;
  const formats = useFormats();
  return (
    <div role="status" aria-busy={isPrevious}>
      <p className="tabular">
        The last {DAYS} days: <strong>{formatCounted(alerts, 'alert')}</strong>{' '}
        <span className="soft">
          ({formatCounted(transactions, 'transaction')}, {formatCount(decided)} decided)
        </span>
        . {formatCount(leaveTheQueue)} would leave the queue; it would hold until {formats.day(preview.untilMs)}.
      </p>
      {fraud > 0 && (
        <p className="triage-suppress-fraud">
          ▲ <strong>{`${formatCount(fraud)} of them ${fraud === 1 ? 'is' : 'are'} known fraud:`}</strong>{' '}
          {frauds.map(({ entity, id, amount }) => `${entity} ${id}, ${formatAmount(amount)}`).join('; ')}
        </p>
      )}
    </div>
  );
}
