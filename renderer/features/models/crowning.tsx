import { useState } from 'react';
import type { ErrorReport } from '../../../preload/contract/envelope.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import { useWhenNamed } from '../../app/analyst-name.tsx';
import { useAction } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { errorWords } from '../../ui/error-words.ts';
import { Field } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';

/** What is done once its reason is given. */
export type ChangeOfChampion = 'promote' | 'roll-back';

export interface ChampionChangeProps {
  readonly change: ChangeOfChampion;
  readonly models: readonly ModelListItem[];
  readonly selected: ModelListItem;
  /** Reads the list again, and shows this model in it. */
  readonly onShow: (modelId: number) => void;
  readonly onClose: () => void;
}

/** Another model becomes *the model* of the case, for a reason that stands in the history. */
export function ChampionChange({ change, models, selected, onShow, onClose }: ChampionChangeProps) {
  const [reason, setReason] = useState('');
  const toast = useToast();
  const told = {
    onDone: (now: readonly ModelListItem[]) => {
      const name = now.find(({ isChampion }) => isChampion)?.name ?? 'The model';
      toast({ text: `${name} is the champion now.` });
      onShow(selected.id);
      onClose();
    },
    onError: (error: ErrorReport) => toast({ text: errorWords(error), tone: 'problem' }),
  };
  const promotion = useAction('models.setChampion', told);
  const rollBack = useAction('models.rollBack', told);
  const whenNamed = useWhenNamed();
  const champion = models.find(({ isChampion }) => isChampion)?.name ?? 'the champion';
  const title = change === 'promote' ? `Make ${selected.name} the champion` : `Take back the promotion of ${champion}`;
  return (
    <form
      className="models-crowning"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        whenNamed(() => {
          if (change === 'roll-back') rollBack.run({ reason: reason.trim() });
          else promotion.run({ modelId: selected.id, reason: reason.trim() });
        });
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <h3>{title}</h3>
      <Field
        autoFocus
        label="Why"
        placeholder="Found 12 more frauds at the same budget"
        maxLength={2000}
        value={reason}
        onChange={setReason}
      />
      <p className="soft">
        The champion scores live streams, exports and the command line, wherever no other model is named.
      </p>
      <div className="models-actions">
        <Button type="submit" tone="primary" keyHint="Enter">
          {title}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
