import { useCallback, useRef, useState } from 'react';
import { useCommand } from '../../app/commands.tsx';
import type { DismissalReason, VerdictKind } from '../../../preload/contract/verdicts.ts';
import type { Answer } from '../../../preload/contract/envelope.ts';
import { useClient } from '../../data/client.tsx';
import { RequestQueue } from './request-queue.ts';
import { useToast } from '../../ui/toast.tsx';
import type { AlertChange } from './alert-list.ts';
import { selectionAfterDecision } from './next-selection.ts';
import type { Alerts } from './use-alerts.ts';
import { reasonsFor, reasonWords } from './verdict-words.ts';
import { errorWords } from '../../ui/error-words.ts';

/** What was just decided, and what one more key can add to it. */
export interface LastDecision {
  readonly keys: readonly string[];
  readonly words: string;
  readonly verdict: VerdictKind | null;
  readonly choices: readonly { readonly words: string; readonly choose: () => void }[];
}

export interface Decisions {
  readonly decide: (kind: VerdictKind, reason?: DismissalReason | null) => void;
  readonly snooze: () => void;
  readonly undo: () => void;
  readonly noted: (key: string) => void;
  readonly last: LastDecision | null;
}

const HOUR = 3_600_000;
const snoozes = [
  { words: '4 hours', forMs: 4 * HOUR },
  { words: 'a day', forMs: 24 * HOUR },
  { words: 'a week', forMs: 7 * 24 * HOUR },
] as const;

export interface DecisionsInput {
  readonly modelId: number;
  readonly alerts: Pick<Alerts, 'change' | 'reload'>;
  readonly order: readonly string[];
  readonly selected: string | null;
  readonly checked: ReadonlySet<string>;
  readonly onSelect: (key: string | null) => void;
  readonly onClear: () => void;
}

/**
 * Decisions by key. They show at once, the next alert is selected, and a reason may follow with one key more. What the
 * engine refuses is taken back, and said. Requests go one after the other, so that undo undoes the last one.
 */
export function useDecisions(input: DecisionsInput): Decisions {
  const { modelId, alerts, order, selected, checked, onSelect, onClear } = input;
  const client = useClient();
  const toast = useToast();
  const [last, setLast] = useState<LastDecision | null>(null);
  const [queue] = useState(() => new RequestQueue());
  const changes = useRef<{ readonly keys: readonly string[]; readonly takeBack: () => void }[]>([]);
  const { change, reload } = alerts;

  const keysNow = useCallback(
    () => (checked.size > 0 ? [...checked] : selected === null ? [] : [selected]),
    [checked, selected],
  );
  /** Shows a change, asks the engine for it, and takes it back where that fails. */
  const perform = useCallback(
    (keys: readonly string[], made: AlertChange, ask: () => Promise<Answer<unknown>>) => {
      const takeBack = change(new Set(keys), made);
      const entry = { keys, takeBack };
      changes.current.push(entry);
      void queue.add(ask, (answer) => {
        if (answer.ok) return;
        takeBack();
        changes.current = changes.current.filter((other) => other !== entry);
        setLast(null);
        // Decisions behind this one may stand on it: what the engine holds is shown.
        reload();
        toast({ text: `Not saved, and taken back here. ${errorWords(answer.error)}`, tone: 'problem' });
      });
    },
    [change, reload, toast, queue],
  );
  const moveOn = useCallback(
    (keys: readonly string[]) => {
      onSelect(selectionAfterDecision(order, selected, new Set(keys)));
      onClear();
    },
    [order, selected, onSelect, onClear],
  );

  const giveVerdict = useCallback(
    (keys: readonly string[], kind: VerdictKind, reason: DismissalReason | null) =>
      perform(keys, { verdict: kind, snoozedUntilMs: null }, () =>
        client.request('verdicts.set', { modelId, keys: [...keys], kind, reason }),
      ),
    [perform, client, modelId],
  );
  const decide = useCallback(
    (kind: VerdictKind, reason: DismissalReason | null = null) => {
      const keys = keysNow();
      if (keys.length === 0) return;
      giveVerdict(keys, kind, reason);
      setLast({
        keys,
        words: reason === null ? named(keys) : `${named(keys)}: ${reasonWords[reason]}`,
        verdict: kind,
        choices: reasonsFor(kind).map(({ reason: chosen, words }) => ({
          words,
          choose: () => {
            giveVerdict(keys, kind, chosen);
            setLast({ keys, words: `${named(keys)}: ${words}`, verdict: kind, choices: [] });
          },
        })),
      });
      moveOn(keys);
    },
    [keysNow, giveVerdict, moveOn],
  );
  const snoozeFor = useCallback(
    (keys: readonly string[], forMs: number) => {
      const untilMs = Date.now() + forMs;
      perform(keys, { snoozedUntilMs: untilMs }, () =>
        client.request('alerts.snooze', { modelId, keys: [...keys], untilMs }),
      );
    },
    [perform, client, modelId],
  );
  const snooze = useCallback(() => {
    const keys = keysNow();
    if (keys.length === 0) return;
    snoozeFor(keys, 24 * HOUR);
    setLast({
      keys,
      words: `${named(keys)} snoozed for a day`,
      verdict: null,
      choices: snoozes.map(({ words, forMs }) => ({
        words,
        choose: () => {
          snoozeFor(keys, forMs);
          setLast({ keys, words: `${named(keys)} snoozed for ${words}`, verdict: null, choices: [] });
        },
      })),
    });
    moveOn(keys);
  }, [keysNow, snoozeFor, moveOn]);

  const undo = useCallback(() => {
    void queue.add(
      () => client.request('actions.undo', {}),
      (answer) => {
        if (!answer.ok) {
          toast({ text: `Nothing was undone. ${errorWords(answer.error)}`, tone: 'problem' });
          return;
        }
        const { undone, keys } = answer.data;
        setLast(null);
        if (undone === null) {
          toast({ text: 'Nothing left to undo' });
          return;
        }
        const entry = changes.current.at(-1);
        if (entry !== undefined && entry.keys.length === keys.length && entry.keys.every((key) => keys.includes(key))) {
          changes.current.pop();
          entry.takeBack();
        } else reload();
        if (keys.length > 0) onSelect(keys[0]);
        toast({ text: `Undone: ${undone}` });
      },
    );
  }, [client, toast, reload, onSelect, queue]);

  const noted = useCallback(
    (key: string) => {
      const takeBack = change(new Set([key]), { hasNote: true });
      changes.current.push({ keys: [key], takeBack });
      setLast({ keys: [key], words: `Note added to ${key}`, verdict: null, choices: [] });
    },
    [change],
  );

  useCommand('triage.fraud', () => decide('fraud'));
  useCommand('triage.legitimate', () => decide('legitimate'));
  useCommand('triage.valuable', () => decide('valuable'));
  useCommand('triage.unsure', () => decide('unsure'));
  useCommand('triage.snooze', snooze);
  useCommand('triage.undo', undo);
  const choices = last?.choices ?? [];
  useCommand('triage.choice1', choices[0]?.choose ?? null);
  useCommand('triage.choice2', choices[1]?.choose ?? null);
  useCommand('triage.choice3', choices[2]?.choose ?? null);
  useCommand('triage.choice4', choices[3]?.choose ?? null);
  useCommand('triage.choice5', choices[4]?.choose ?? null);
  useCommand('triage.choice6', choices[5]?.choose ?? null);

  return { decide, snooze, undo, noted, last };
}

function named(keys: readonly string[]): string {
  return keys.length === 1 ? keys[0] : `${keys.length.toLocaleString('en')} alerts`;
}
