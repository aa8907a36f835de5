import { useState, type ReactNode } from 'react';
import { useCommand } from '../../app/commands.tsx';
import { ClosingChoice } from './closing-choice.tsx';
import type { Closing } from './closing.ts';
import { NoteEditor } from './note-editor.tsx';
import { SuppressDialog } from './suppress-dialog.tsx';
import type { SelectedAlert } from './use-selected-alert.ts';
import { VerdictBar } from './verdict-bar.tsx';

/** What can be done with an alert, below what is known of it: a note, what closing does, the verdicts. */
export function AlertActions({
  alert: { modelId, openCase, note, decisions, chosen, extension },
  alertKey,
  checked,
  closing,
  onClosing,
  onSuppressed,
  onLeave,
}: {
  readonly alert: SelectedAlert;
  readonly alertKey: string;
  /** Alerts that are judged together, where there are any. */
  readonly checked: number;
  readonly closing: Closing;
  readonly onClosing: (closing: Closing) => void;
  /** A pattern was suppressed or lifted, so that the list is another. */
  readonly onSuppressed: () => void;
  readonly onLeave: () => void;
}): ReactNode {
  const { lastEventMs } = openCase;
  const [isSuppressing, setSuppressing] = useState(false);
  const suppress = (): void => setSuppressing(true);
  // Without a time of events nothing could expire.
  useCommand('triage.suppress', lastEventMs === null ? null : suppress);
  return (
    <div className="triage-actions">
      <NoteEditor
        key={alertKey}
        modelId={modelId}
        alertKey={alertKey}
        field={note}
        onAdded={() => decisions.noted(alertKey)}
        onLeave={onLeave}
      />
      <VerdictBar
        decisions={decisions}
        checked={checked}
        chosen={chosen.length}
        extension={extension}
        closing={<ClosingChoice closing={closing} onClosing={onClosing} lastEventMs={lastEventMs} />}
        onNote={() => note.current?.focus()}
        onSuppress={lastEventMs === null ? null : suppress}
      />
      {isSuppressing && (
        <SuppressDialog
          modelId={modelId}
          alertKey={alertKey}
          onChanged={onSuppressed}
          onClose={() => setSuppressing(false)}
        />
      )}
    </div>
  );
}
