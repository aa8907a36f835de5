import { useCallback, useRef, useState } from 'react';
import { useWhenNamed } from '../../app/analyst-name.tsx';
import { useCommand } from '../../app/commands.tsx';
import type { Answer, ErrorReport } from '../../../preload/contract/envelope.ts';
import type { DismissalReason, VerdictKind } from '../../../engine/domain/verdict.ts';
import { useClient } from '../../data/client.tsx';
import { formatCounted } from '../../data/format.ts';
import { useToast } from '../../ui/toast.tsx';
import type { AlertChange } from './alert-list.ts';
import { RequestQueue } from './request-queue.ts';
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
  /** Makes an alert of its own of some flagged transactions of one. */
  readonly split: (key: string, sequences: readonly number[]) => void;
  /** Makes one alert of several. */
  readonly join: (keys: readonly string[]) => void;
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
  readonly alerts: Pick<Alerts, 'change' | 'reload' | 'refresh'>;
  readonly order: readonly string[];
  readonly selected: string | null;
  readonly checked: ReadonlySet<string>;
  /** Transactions of the selected alert that alone are judged; none where whole alerts are. */
  readonly chosen: readonly number[];
  /** New flags before this time leave the alerts closed; null where any opens them again. */
  readonly closedUntilMs: number | null;
  /** Whether a verdict uncovers what was hidden of an alert, and undo hides it again, so that those decided are read again. */
  readonly isBlind: boolean;
  /** What a person calls an alert. */
  readonly nameOf: (key: string) => string;
  readonly onSelect: (key: string | null) => void;
  readonly onClear: () => void;
}

/**
 * Decisions by key. They show at once, the next alert is selected, and a reason may follow with one key more. What the
 * engine refuses is taken back, and said. Requests go one after the other, so that undo undoes the last one.
 */
export function useDecisions(input: DecisionsInput): Decisions {
  const { modelId, alerts, order, selected, checked, chosen, closedUntilMs, isBlind, nameOf, onSelect, onClear } =
    input;
  const client = useClient();
  const toast = useToast();
  const [last, setLast] = useState<LastDecision | null>(null);
  const whenNamed = useWhenNamed();
  const [queue] = useState(() => new RequestQueue());
  const changes = useRef<{ readonly keys: readonly string[]; readonly takeBack: () => void }[]>([]);
  const { change, reload, refresh } = alerts;

  const targetNow = useCallback((): Target | null => {
    if (checked.size > 0) return { keys: [...checked], sequences: [] };
    return selected === null ? null : { keys: [selected], sequences: chosen };
  }, [checked, selected, chosen]);
  const named = useCallback(
    ({ keys, sequences }: Target) => {
      if (keys.length > 1) return formatCounted(keys.length, 'alert');
      const name = nameOf(keys[0]);
      return sequences.length === 0 ? name : `${formatCounted(sequences.length, 'transaction')} of ${name}`;
    },
    [nameOf],
  );
  const refused = useCallback(
    (error: ErrorReport, replace?: () => void) => {
      setLast(null);
      // Decisions behind this one may stand on it: what the engine holds is shown.
      reload();
      const action =
        error.code === 'ALREADY_DECIDED' && replace !== undefined
          ? { action: { text: 'Replace it', run: replace } }
          : {};
      toast({ text: `Not saved, and taken back here. ${errorWords(error)}`, tone: 'problem', ...action });
    },
    [reload, toast],
  );
  /**
   * Shows a change, asks the engine for it, and takes it back where that fails. What cannot be shown before (null), or not
   * all of it, is read again after.
   */
  const perform = useCallback(
    (keys: readonly string[], made: AlertChange | null, ask: () => Promise<Answer<unknown>>, replace?: () => void) => {
      const rollBack = made === null ? null : change(new Set(keys), made);
      const isReadAgain = isBlind || made === null;
      const takeBack = (): void => {
        rollBack?.();
        if (isReadAgain) void refresh(keys);
      };
      const entry = { keys, takeBack };
      changes.current.push(entry);
      void queue.add(ask, (answer) => {
        if (answer.ok) {
          if (isReadAgain) void refresh(keys);
          return;
        }
        takeBack();
        changes.current = changes.current.filter((other) => other !== entry);
        refused(answer.error, replace);
      });
    },
    [change, refresh, isBlind, queue, refused],
  );
  /** What waits for a second person has no verdict: the list is read again. */
  const recommended = useCallback(
    (keys: readonly string[], kind: VerdictKind) => {
      setLast(null);
      changes.current = changes.current.filter((entry) => !entry.keys.some((key) => keys.includes(key)));
      const whose = keys.length === 1 ? nameOf(keys[0]) : formatCounted(keys.length, 'alert');
      toast({ text: `Recommended ${kind}: ${whose}. Somebody else has to say the same.` });
      reload();
    },
    [nameOf, reload, toast],
  );
  const moveOn = useCallback(
    (keys: readonly string[]) => {
      onSelect(selectionAfterDecision(order, selected, new Set(keys)));
      onClear();
    },
    [order, selected, onSelect, onClear],
  );

  const giveVerdict = useCallback(
    (target: Target, kind: VerdictKind, reason: DismissalReason | null) => {
      const { keys, sequences } = target;
      const request = {
        ...{ modelId, keys: [...keys], kind, reason, closedUntilMs },
        ...(sequences.length === 0 ? {} : { sequences: [...sequences] }),
      };
      const ask = async (replace: boolean): Promise<Answer<unknown>> => {
        const answer = await client.request('verdicts.set', replace ? { ...request, replace } : request);
        if (answer.ok && answer.data.recommended.length > 0) recommended(answer.data.recommended, kind);
        return answer;
      };
      perform(
        keys,
        sequences.length > 0 ? null : { verdict: kind, reopened: null, snoozedUntilMs: null, isSuppressed: false },
        () => ask(false),
        () => perform(keys, null, () => ask(true)),
      );
    },
    [perform, recommended, client, modelId, closedUntilMs],
  );
  const decideNow = useCallback(
    (target: Target, kind: VerdictKind, reason: DismissalReason | null) => {
      const { keys } = target;
      const words = named(target);
      giveVerdict(target, kind, reason);
      setLast({
        keys,
        words: reason === null ? words : `${words}: ${reasonWords[reason]}`,
        verdict: kind,
        choices: reasonsFor(kind).map((choice) => ({
          words: choice.words,
          choose: () => {
            giveVerdict(target, kind, choice.reason);
            setLast({ keys, words: `${words}: ${choice.words}`, verdict: kind, choices: [] });
          },
        })),
      });
      if (target.sequences.length > 0) onClear();
      else moveOn(keys);
    },
    [named, giveVerdict, moveOn, onClear],
  );
  const decide = useCallback(
    (kind: VerdictKind, reason: DismissalReason | null = null) => {
      const target = targetNow();
      if (target !== null) whenNamed(() => decideNow(target, kind, reason));
    },
    [targetNow, whenNamed, decideNow],
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
  const snoozeNow = useCallback(
    (keys: readonly string[]) => {
      const name = named({ keys, sequences: [] });
      snoozeFor(keys, 24 * HOUR);
      setLast({
        keys,
        words: `${name} snoozed for a day`,
        verdict: null,
        choices: snoozes.map(({ words, forMs }) => ({
          words,
          choose: () => {
            snoozeFor(keys, forMs);
            setLast({ keys, words: `${name} snoozed for ${words}`, verdict: null, choices: [] });
          },
        })),
      });
      moveOn(keys);
    },
    [named, snoozeFor, moveOn],
  );
  const snooze = useCallback(() => {
    const target = targetNow();
    if (target !== null) whenNamed(() => snoozeNow(target.keys));
  }, [targetNow, whenNamed, snoozeNow]);

  /** Alerts made in another way: the list is read anew, and the alert that came of it is selected. */
  const regroup = useCallback(
    (words: string, ask: () => Promise<Answer<{ readonly key: string }>>) =>
      void queue.add(ask, (answer) => {
        if (!answer.ok) return refused(answer.error);
        const { key } = answer.data;
        changes.current.push({ keys: [key], takeBack: reload });
        setLast({ keys: [key], words, verdict: null, choices: [] });
        onClear();
        reload();
        onSelect(key);
      }),
    [queue, refused, reload, onClear, onSelect],
  );
  const split = useCallback(
    (key: string, sequences: readonly number[]) =>
      whenNamed(() =>
        regroup(`${formatCounted(sequences.length, 'transaction')} split off: another story`, () =>
          client.request('alerts.split', { modelId, key, sequences: [...sequences] }),
        ),
      ),
    [whenNamed, regroup, client, modelId],
  );
  const join = useCallback(
    (keys: readonly string[]) =>
      whenNamed(() =>
        regroup(`${formatCounted(keys.length, 'alert')} joined`, () =>
          client.request('alerts.join', { modelId, keys: [...keys] }),
        ),
      ),
    [whenNamed, regroup, client, modelId],
  );

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
        const whose = keys.length === 1 ? `, ${nameOf(keys[0])}` : keys.length > 1 ? `, ${keys.length} alerts` : '';
        toast({ text: `Undone: ${undone}${whose}` });
      },
    );
  }, [client, toast, reload, onSelect, queue, nameOf]);

  const noted = useCallback(
    (key: string) => {
      const takeBack = change(new Set([key]), { hasNote: true });
      changes.current.push({ keys: [key], takeBack });
      setLast({ keys: [key], words: `Note added to ${nameOf(key)}`, verdict: null, choices: [] });
    },
    [change, nameOf],
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

  return { decide, snooze, undo, split, join, noted, last };
}

/** What a decision is about: alerts, or only some transactions of one. */
interface Target {
  readonly keys: readonly string[];
  readonly sequences: readonly number[];
}
