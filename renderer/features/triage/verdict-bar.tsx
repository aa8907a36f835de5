import type { ReactNode } from 'react';
import { useCommandKey } from '../../app/commands.tsx';
import type { VerdictKind } from '../../../engine/domain/verdict.ts';
import { useReadOnlyWords } from '../../data/app-state.tsx';
import { formatCount, formatCounted } from '../../data/format.ts';
import { Button } from '../../ui/button.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import type { Decisions } from './use-decisions.ts';
import { verdictChoices } from './verdict-words.ts';

export interface Extension {
  readonly kind: VerdictKind;
  readonly newTransactions: number;
  readonly run: () => void;
}

/** The decisions as buttons that show their keys; above them what was decided last, and the reasons that may follow. */
export function VerdictBar({
  decisions,
  checked,
  chosen = 0,
  extension = null,
  closing = null,
  onNote,
  onSuppress = null,
}: {
  readonly decisions: Decisions;
  readonly checked: number;
  /** Transactions of the selected alert that alone are judged. */
  readonly chosen?: number;
  /** Gives what is new in an alert that opened again the verdict it had. */
  readonly extension?: Extension | null;
  /** What closing an alert does. */
  readonly closing?: ReactNode;
  readonly onNote: () => void;
  /** Silences the pattern of the alert; null where that cannot be. */
  readonly onSuppress?: (() => void) | null;
}): ReactNode {
  const { last } = decisions;
  const extendKey = useCommandKey('triage.extend');
  const suppressKey = useCommandKey('triage.suppress');
  const offBecause = useReadOnlyWords();
  return (
    <>
      {closing}
      {chosen > 0 && (
        <p className="triage-chosen" role="status">
          A verdict judges only the {formatCounted(chosen, 'transaction')} chosen.
        </p>
      )}
      <div className="triage-last" aria-live="polite">
        {last === null && (
          <span className="soft">{offBecause ?? 'After a verdict, a number key adds the reason.'}</span>
        )}
        {last !== null && (
          <>
            <span className="triage-last-words">
              {last.verdict !== null && <VerdictMark verdict={last.verdict} />}{' '}
              <span className="soft">{last.words}</span>
            </span>
            {last.choices.map(({ words, choose }, index) => (
              <button key={words} type="button" className="triage-choice" onClick={choose}>
                <ChoiceKey index={index} />
                {words}
              </button>
            ))}
          </>
        )}
      </div>
      <div className="triage-buttons">
        {extension !== null && chosen === 0 && checked === 0 && (
          <Button tone="primary" keyHint={extendKey} offBecause={offBecause} onClick={extension.run}>
            {extension.kind} too ({formatCount(extension.newTransactions)} new)
          </Button>
        )}
        {verdictChoices.map(({ kind }) => (
          <VerdictButton key={kind} kind={kind} checked={checked} onDecide={decisions.decide} />
        ))}
        <Button keyHint={useCommandKey('triage.note')} offBecause={offBecause} onClick={onNote}>
          note
        </Button>
        <Button keyHint={useCommandKey('triage.snooze')} offBecause={offBecause} onClick={decisions.snooze}>
          snooze
        </Button>
        {onSuppress !== null && (
          <Button keyHint={suppressKey} offBecause={offBecause} onClick={onSuppress}>
            suppress…
          </Button>
        )}
        <Button keyHint={useCommandKey('triage.undo')} offBecause={offBecause} onClick={decisions.undo}>
          undo
        </Button>
      </div>
    </>
  );
}

function VerdictButton({
  kind,
  checked,
  onDecide,
}: {
  readonly kind: VerdictKind;
  readonly checked: number;
  readonly onDecide: (kind: VerdictKind) => void;
}): ReactNode {
  const key = useCommandKey(`triage.${kind}`);
  const offBecause = useReadOnlyWords();
  const tone = kind === 'fraud' ? 'flag' : 'plain';
  return (
    <Button tone={tone} keyHint={key} offBecause={offBecause} onClick={() => onDecide(kind)}>
      {kind}
      {checked > 1 && ` (${formatCount(checked)})`}
    </Button>
  );
}

function ChoiceKey({ index }: { readonly index: number }): ReactNode {
  const key = useCommandKey(`triage.choice${index + 1}`);
  return key === null ? null : <KeyHint keys={key} />;
}
