import { useState, type ReactNode, type RefObject } from 'react';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { useCommand } from '../../app/commands.tsx';
import { ClosingChoice } from './closing-choice.tsx';
import type { Closing } from './closing.ts';
import { NoteEditor } from './note-editor.tsx';
import { SuppressDialog } from './suppress-dialog.tsx';
import type { Decisions } from './use-decisions.ts';
import { VerdictBar, type Extension } from './verdict-bar.tsx';

/** What can be done with an alert, below what is known of it: a note, what closing does, the verdicts. */
export function AlertActions({
  modelId,
  alertKey,
  note,
  decisions,
  checked,
  chosen,
  extension,
  closing,
  onClosing,
  lastEventMs,
  onSuppressed,
  onLeave,
}: {
  readonly modelId: number;
  readonly alertKey: string;
  readonly note: RefObject<HTMLTextAreaElement | null>;
  readonly decisions: Decisions;
  /** Alerts that are judged together, where there are any. */
  readonly checked: number;
  /** Transactions of the alert that alone are judged, where there are any. */
  readonly chosen: number;
  readonly extension: Extension | null;
  readonly closing: Closing;
  readonly onClosing: (closing: Closing) => void;
  readonly lastEventMs: number | null;
  /** A pattern was suppressed or lifted, so that the list is another. */
  readonly onSuppressed: () => void;
  readonly onLeave: () => void;
}): ReactNode {
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
        chosen={chosen}
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

/** The verdict of an alert that opened again, for what is new in it; null where nothing is. */
export function extensionOf(decision: AlertDetail['decision'], decide: Decisions['decide']): Extension | null {
  const newTransactions = decision?.newSequences.length ?? 0;
  if (decision === null || newTransactions === 0) return null;
  return { kind: decision.kind, newTransactions, run: () => decide(decision.kind, decision.reason) };
}
