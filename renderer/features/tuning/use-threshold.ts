import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import type { RequestInput } from '../../../preload/contract/requests.ts';
import type { TuningPoint } from '../../../preload/contract/tuning.ts';
import { useReadOnlyWords } from '../../data/app-state.tsx';
import { useClient } from '../../data/client.tsx';
import { useToast } from '../../ui/toast.tsx';
import { latestWins } from './latest-wins.ts';
import { errorWords } from '../../ui/error-words.ts';

export type Handle = RequestInput<'tuning.apply'>['handle'];

export interface Threshold {
  /** Where the line is drawn: it follows the hand at once. */
  readonly score: number;
  /** Everything that follows from the line, at most a frame later. */
  readonly point: TuningPoint;
  readonly move: (score: number) => void;
  readonly release: () => void;
  /** Moves the line by another of its handles, and keeps it. */
  readonly set: (handle: Handle) => void;
  readonly undo: () => void;
  readonly undoDepth: number;
}

/**
 * One line with many handles. While it is dragged only previews are asked for, the newest first; letting go applies
 * it. Every applied place is remembered, so that the line can be moved back.
 */
export function useThreshold(modelId: number, stored: TuningPoint): Threshold {
  const client = useClient();
  const toast = useToast();
  const readOnlyWords = useReadOnlyWords();
  const [point, setPoint] = useState(stored);
  const [dragged, setDragged] = useState<number | null>(null);
  const [former, setFormer] = useState<readonly number[]>([]);
  const draggedScore = useRef<number | null>(null);
  /** Where the line lies in the case, as far as was heard. */
  const applied = useRef(stored.threshold);

  const preview = useMemo(
    () =>
      latestWins<number, TuningPoint | null>(
        async (score) => {
          const answer = await client.request('tuning.preview', { modelId, handle: { kind: 'score', value: score } });
          return answer.ok ? answer.data : null;
        },
        (next) => {
          if (next !== null) setPoint(next);
        },
        requestAnimationFrame,
      ),
    [client, modelId],
  );
  useEffect(() => () => preview.forget(), [preview]);

  const takeStored = useEffectEvent((next: TuningPoint) => {
    applied.current = next.threshold;
    if (draggedScore.current === null) setPoint(next);
  });
  useEffect(() => takeStored(stored), [stored]);

  const apply = useCallback(
    async (handle: Handle, isRemembered: boolean): Promise<void> => {
      preview.forget();
      const released = draggedScore.current;
      const isKept = readOnlyWords === null;
      const answer = await client.request(isKept ? 'tuning.apply' : 'tuning.preview', { modelId, handle });
      if (answer.ok) {
        const before = applied.current;
        applied.current = answer.data.threshold;
        if (isRemembered && isKept) setFormer((places) => [...places, before]);
        if (!isKept) toast({ text: `The line is shown there and not kept. ${readOnlyWords}` });
      } else toast({ text: `The line was not moved. ${errorWords(answer.error)}`, tone: 'problem' });
      // A drag that began meanwhile goes on.
      if (draggedScore.current !== released) return;
      draggedScore.current = null;
      setDragged(null);
      setPoint(answer.ok ? answer.data : stored);
    },
    [client, modelId, preview, readOnlyWords, stored, toast],
  );
  const move = useCallback(
    (score: number) => {
      draggedScore.current = score;
      setDragged(score);
      preview.ask(score);
    },
    [preview],
  );
  const set = useCallback((handle: Handle) => void apply(handle, true), [apply]);
  const release = useCallback(() => {
    const score = draggedScore.current;
    if (score !== null) set({ kind: 'score', value: score });
  }, [set]);
  const undo = useCallback(() => {
    const last = former.at(-1);
    if (last === undefined) return;
    setFormer(former.slice(0, -1));
    void apply({ kind: 'score', value: last }, false);
  }, [apply, former]);

  return { score: dragged ?? point.threshold, point, move, release, set, undo, undoDepth: former.length };
}
