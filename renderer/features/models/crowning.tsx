import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

/** Why another model becomes *the model* of the case; the reason stands in the history. */
export function Crowning({
  title,
  onReason,
  onCancel,
}: {
  readonly title: string;
  readonly onReason: (reason: string) => void;
  readonly onCancel: () => void;
}) {
  const [reason, setReason] = useState('');
  return (
    <form
      className="models-crowning"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        onReason(reason.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
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
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}
