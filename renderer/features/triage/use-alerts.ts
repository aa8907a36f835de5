import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorReport } from '../../../preload/contract/envelope.ts';
import type { AlertFilter, AlertSort } from '../../../preload/contract/alert-choice.ts';
import { useClient } from '../../data/client.tsx';
import { useEvent } from '../../data/requests.ts';
import {
  rolledBack,
  withChange,
  withPage,
  withReasons,
  withRows,
  type AlertChange,
  type AlertList,
} from './alert-list.ts';

const PAGE = 300;

interface Question {
  readonly modelId: number;
  readonly filter: AlertFilter;
  readonly sort: AlertSort[];
  readonly columns: string[];
}

/** Whether which alerts are listed, or where, depends on reasons, which are computed after the first answer. */
function hangsOnReasons({ filter, sort }: Question): boolean {
  return (
    filter.firstReasons !== undefined ||
    filter.themes !== undefined ||
    sort.some(({ by }) => by === 'firstReason' || by === 'theme')
  );
}

export interface Alerts {
  readonly list: AlertList | null;
  readonly error: ErrorReport | null;
  readonly isReading: boolean;
  /** Alerts whose reasons are not known yet, where the list hangs on them; it is read again when they are. */
  readonly unexplained: number;
  readonly loadMore: () => void;
  /** Reads pages until at least so many alerts are there, and gives their keys in order; null where the list is another by then. */
  readonly loadKeys: (most: number) => Promise<readonly string[] | null>;
  readonly reload: () => void;
  /** Reads some alerts of the list again, in their places. */
  readonly refresh: (keys: readonly string[]) => Promise<void>;
  /** Shows a change before the engine has confirmed it; the result takes it back. */
  readonly change: (keys: ReadonlySet<string>, change: AlertChange) => () => void;
}

/**
 * The alerts of a filter, page by page, as a list that only the analyst renews (see `AlertList`).
 * @param makings what makes alerts in this case beside the line: with another, it is another list
 * @param columns of the recording, whose cells the rows have
 * @param firstRows rows that are read before the first list is shown, as many as were there when the place was left
 */
export function useAlerts(
  modelId: number,
  thresholdUnits: number,
  makings: string,
  filter: AlertFilter,
  sort: readonly AlertSort[],
  columns: readonly string[],
  firstRows: number,
): Alerts {
  const client = useClient();
  const [list, setList] = useState<AlertList | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const [isReading, setIsReading] = useState(true);
  const [unexplainedCount, setUnexplainedCount] = useState(0);
  const [round, setRound] = useState(0);
  const newest = useRef<AlertList | null>(null);
  const reading = useRef<Promise<void> | null>(null);
  /** Where the pages began whose first reasons were not all known. */
  const unexplained = useRef(new Set<string | null>());
  /** Alerts that were read again, whose first reasons were not all known. */
  const unexplainedKeys = useRef<readonly string[]>([]);
  const question = JSON.stringify({ modelId, filter, sort, columns });
  /** Rows that the next list is not shown without. */
  const awaitedRows = useRef(firstRows);

  const show = useCallback((next: AlertList | null) => {
    newest.current = next;
    setList(next);
  }, []);
  const ask = useCallback(
    (after: string | null) => {
      const asked = JSON.parse(question) as Question;
      return client.request('alerts.page', { ...asked, limit: PAGE, ...(after === null ? {} : { after }) });
    },
    [client, question],
  );
  const read = useCallback(
    async (first: string | null, isCurrent: () => boolean) => {
      setIsReading(true);
      let list: AlertList | null = null;
      let after = first;
      do {
        const answer = await ask(after);
        if (!isCurrent()) return;
        if (!answer.ok) {
          setIsReading(false);
          return setError(answer.error);
        }
        const { rows, total, transactions, counts, next, reasonsPending } = answer.data;
        if (after === null) {
          unexplained.current.clear();
          unexplainedKeys.current = [];
          setUnexplainedCount(hangsOnReasons(JSON.parse(question) as Question) ? reasonsPending : 0);
        }
        if (reasonsPending > 0) unexplained.current.add(after);
        const page = { rows, total, transactions, counts, next, columns: (JSON.parse(question) as Question).columns };
        // What was changed while a further page was under way stays.
        const before: AlertList | null = first === null ? list : newest.current;
        list = before === null ? page : withPage(before, page);
        after = next;
      } while (first === null && after !== null && list.rows.length < awaitedRows.current);
      awaitedRows.current = 0;
      setIsReading(false);
      setError(null);
      show(list);
    },
    [ask, show, question],
  );

  const current = useRef(0);
  /** Reads a page; while it is under way no other page of the list is asked for. */
  const begin = useCallback(
    (after: string | null): Promise<void> => {
      const mine = current.current;
      const work = read(after, () => mine === current.current).finally(() => {
        if (reading.current === work) reading.current = null;
      });
      reading.current = work;
      return work;
    },
    [read],
  );
  const refresh = useCallback(
    async (keys: readonly string[]) => {
      const mine = current.current;
      const { columns: asked } = JSON.parse(question) as Question;
      for (let start = 0; start < keys.length; start += PAGE) {
        const anyOf = keys.slice(start, start + PAGE);
        const answer = await client.request('alerts.page', { modelId, filter: { anyOf }, columns: asked, limit: PAGE });
        if (mine !== current.current || !answer.ok || newest.current === null) return;
        if (answer.data.reasonsPending > 0) unexplainedKeys.current = [...unexplainedKeys.current, ...anyOf];
        show(withRows(newest.current, answer.data.rows));
      }
    },
    [client, modelId, question, show],
  );
  useEvent('alerts.reasonsReady', (ready) => {
    const mine = current.current;
    if (ready.modelId !== modelId) return;
    const again = unexplainedKeys.current;
    unexplainedKeys.current = [];
    if (again.length > 0) void refresh(again);
    const pages = [...unexplained.current];
    // A list that hangs on reasons is read anew only where its own were missing: alerts just decided stay in it.
    if (hangsOnReasons(JSON.parse(question) as Question)) {
      if (pages.length > 0) setRound((last) => last + 1);
      return;
    }
    unexplained.current.clear();
    void (async () => {
      for (const after of pages) {
        const answer = await ask(after);
        if (mine !== current.current || !answer.ok || newest.current === null) return;
        if (answer.data.reasonsPending > 0) unexplained.current.add(after);
        show(withReasons(newest.current, answer.data.rows));
      }
    })();
  });
  useEffect(() => {
    current.current++;
    void begin(null);
  }, [begin, round, thresholdUnits, makings]);

  const readOn = useCallback(async () => {
    const mine = current.current;
    await reading.current;
    const after = newest.current?.next ?? null;
    if (after === null || mine !== current.current) return;
    await begin(after);
  }, [begin]);
  const loadMore = useCallback(() => {
    if (reading.current === null) void readOn();
  }, [readOn]);
  const loadKeys = useCallback(
    async (most: number) => {
      const mine = current.current;
      let before = -1;
      while (mine === current.current && newest.current !== null) {
        const { rows, next } = newest.current;
        if (next === null || rows.length >= most || rows.length === before) break;
        before = rows.length;
        await readOn();
      }
      if (mine !== current.current) return null;
      return (newest.current?.rows ?? []).slice(0, most).map(({ key }) => key);
    },
    [readOn],
  );
  const change = useCallback(
    (keys: ReadonlySet<string>, made: AlertChange) => {
      if (newest.current === null) return () => undefined;
      // Only these rows: decisions of a whole shift are kept, and each would hold a list.
      const before = newest.current.rows.filter(({ key }) => keys.has(key));
      show(withChange(newest.current, keys, made));
      return () => {
        if (newest.current !== null) show(rolledBack(newest.current, before));
      };
    },
    [show],
  );
  const reload = useCallback(() => {
    awaitedRows.current = newest.current?.rows.length ?? 0;
    setRound((last) => last + 1);
  }, []);
  return { list, error, isReading, unexplained: unexplainedCount, loadMore, loadKeys, reload, refresh, change };
}
