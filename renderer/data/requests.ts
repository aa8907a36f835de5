import {
  QueryClient,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { ErrorReport } from '../../preload/contract/envelope.ts';
import type { EventName, Events } from '../../preload/contract/events.ts';
import type { CaseOverview } from '../../preload/contract/cases.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../preload/contract/requests.ts';
import { dataOf, reportOf, useClient } from './client.tsx';
import { shareEqual } from './share-equal.ts';
import { Turns } from './turns.ts';

/** Requests whose answers do not depend on the open case, and those that must be asked for by hand. */
const outsideCase: ReadonlySet<string> = new Set([
  'app.read',
  'recent.list',
  'folder.list',
  'network.read',
  'recording.inspect',
  'kafka.entry',
  'kafka.topics',
  'kafka.peek',
  'drafts.read',
]);

/** One cache for the window. Answers stay fresh until the engine says that the case changed. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        staleTime: Infinity,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
        structuralSharing: shareEqual,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

export function requestKey<R extends RequestName>(name: R, input: RequestInput<R>): readonly [R, RequestInput<R>] {
  return [name, input];
}

export interface RequestOptions {
  readonly isEnabled?: boolean;
  /** Show the previous answer while the next one comes, for filters and sorts. */
  readonly keepsPrevious?: boolean;
  /**
   * Ask when it is its turn among others of the same name, and not at all where nobody shows it any more by then; forget the
   * answer with whoever showed it. For pictures that a hand moves, and for many of which few are on the screen.
   */
  readonly isOnlyWhileShown?: boolean;
  /** Ask again whenever it is shown: for what changes without the engine knowing, such as folders. */
  readonly isAlwaysAsked?: boolean;
}

export interface RequestResult<T> {
  readonly data: T | undefined;
  readonly error: ErrorReport | null;
  /** True until the first answer. */
  readonly isLoading: boolean;
  /** True while any answer is under way. */
  readonly isFetching: boolean;
  /** True while `data` answers the former question, as `keepsPrevious` wishes. */
  readonly isPrevious: boolean;
  readonly refetch: () => void;
}

const turns = new Turns();

/** Asks the engine and keeps the answer until the case changes. */
export function useRequest<R extends RequestName>(
  name: R,
  input: RequestInput<R>,
  options: RequestOptions = {},
): RequestResult<RequestOutput<R>> {
  const client = useClient();
  const query = useQuery({
    queryKey: requestKey(name, input),
    queryFn: async (asking) =>
      dataOf(
        options.isOnlyWhileShown === true
          ? await turns.take(name, asking.signal, () => client.request(name, input))
          : await client.request(name, input),
      ),
    enabled: options.isEnabled ?? true,
    ...(options.isOnlyWhileShown === true ? { gcTime: 0 } : {}),
    ...(options.isAlwaysAsked === true ? { staleTime: 0 } : {}),
    ...(options.keepsPrevious === true ? { placeholderData: keepPreviousData } : {}),
  });
  return {
    data: query.data,
    error: query.error === null ? null : reportOf(query.error),
    isLoading: query.isLoading,
    isFetching: query.isFetching,
    isPrevious: query.isPlaceholderData,
    refetch: () => void query.refetch(),
  };
}

type PagedName = {
  [R in RequestName]: RequestOutput<R> extends { readonly rows: readonly unknown[]; readonly next: infer Next }
    ? 'after' extends keyof RequestInput<R>
      ? Next extends string | number | null
        ? R
        : never
      : never
    : never;
}[RequestName];

export interface PagedResult<R extends PagedName> {
  readonly rows: readonly RequestOutput<R>['rows'][number][];
  readonly firstPage: RequestOutput<R> | undefined;
  readonly error: ErrorReport | null;
  readonly isLoading: boolean;
  readonly isFetching: boolean;
  readonly hasMore: boolean;
  /** Asks for the next page unless one is under way. */
  readonly loadMore: () => void;
}

/** Pages of one list, joined; every page asks from the key where the last one ended. */
export function usePagedRequest<R extends PagedName>(
  name: R,
  input: Omit<RequestInput<R>, 'after'>,
  options: RequestOptions = {},
): PagedResult<R> {
  const client = useClient();
  const query = useInfiniteQuery({
    queryKey: [name, input, 'pages'],
    queryFn: async ({ pageParam }) => {
      const pageInput = { ...input, ...(pageParam === null ? {} : { after: pageParam }) } as RequestInput<R>;
      return dataOf(await client.request(name, pageInput));
    },
    initialPageParam: null as string | number | null,
    getNextPageParam: (page: RequestOutput<R>) => page.next,
    enabled: options.isEnabled ?? true,
    select: (data) => ({
      firstPage: data.pages[0],
      rows: data.pages.flatMap((page): RequestOutput<R>['rows'][number][] => [...page.rows]),
    }),
    ...(options.keepsPrevious === true ? { placeholderData: keepPreviousData } : {}),
  });
  return {
    rows: query.data?.rows ?? [],
    firstPage: query.data?.firstPage,
    error: query.error === null ? null : reportOf(query.error),
    isLoading: query.isLoading,
    isFetching: query.isFetching,
    hasMore: query.hasNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
  };
}

export interface Action<R extends RequestName> {
  readonly run: (input: RequestInput<R>) => void;
  /** Like `run`, with the answer; rejects with `RequestError`. */
  readonly runAsync: (input: RequestInput<R>) => Promise<RequestOutput<R>>;
  readonly isRunning: boolean;
  readonly error: ErrorReport | null;
  readonly reset: () => void;
}

export interface ActionOptions<R extends RequestName> {
  readonly onDone?: (output: RequestOutput<R>, input: RequestInput<R>) => void;
  readonly onError?: (error: ErrorReport, input: RequestInput<R>) => void;
}

/** A request that changes something. The engine's `case.changed` refreshes what it touched. */
export function useAction<R extends RequestName>(name: R, options: ActionOptions<R> = {}): Action<R> {
  const client = useClient();
  const mutation = useMutation<RequestOutput<R>, Error, RequestInput<R>>({
    mutationFn: async (input) => dataOf(await client.request(name, input)),
    onSuccess: (output, input) => options.onDone?.(output, input),
    onError: (error, input) => options.onError?.(reportOf(error), input),
  });
  return {
    run: mutation.mutate,
    runAsync: mutation.mutateAsync,
    isRunning: mutation.isPending,
    error: mutation.error === null ? null : reportOf(mutation.error),
    reset: mutation.reset,
  };
}

/** Listens to an engine event while mounted. */
export function useEvent<E extends EventName>(name: E, listener: (payload: Events[E]) => void): void {
  const client = useClient();
  const hear = useEffectEvent(listener);
  useEffect(() => client.on(name, (payload) => hear(payload)), [client, name]);
}

const refreshEveryMs = 400;

function isAboutCase({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean {
  return !outsideCase.has(String(queryKey[0]));
}

/**
 * Keeps the cache true to the case: the overview is taken from the event itself, everything else that hangs on the
 * case is asked again, at most every 400 ms while rows stream in. Answers about another case are forgotten at once.
 * @param shown the case that the cache is about at first
 */
export function useCaseChanges(shown: CaseOverview | null, onOverview: (overview: CaseOverview | null) => void): void {
  const client = useClient();
  const queries = useQueryClient();
  const path = useRef(shown?.path ?? null);
  const tell = useEffectEvent((overview: CaseOverview | null) => {
    const former = path.current;
    path.current = overview?.path ?? null;
    // Models and alerts of two cases have the same numbers and keys.
    if (overview === null) queries.removeQueries({ predicate: isAboutCase });
    else if (former !== null && former !== overview.path) void queries.resetQueries({ predicate: isAboutCase });
    onOverview(overview);
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = (): void => {
      timer = null;
      void queries.invalidateQueries({ predicate: isAboutCase });
    };
    let heard = 0;
    const stop = client.on('case.changed', ({ overview }) => {
      heard += 1;
      tell(overview);
      if (overview !== null) timer ??= setTimeout(refresh, refreshEveryMs);
    });
    let isHere = true;
    const ask = (): void => {
      const before = heard;
      void client.request('app.read', {}).then((answer) => {
        // What was heard meanwhile is newer than the answer.
        if (isHere && heard === before && answer.ok) tell(answer.data.openCase);
      });
    };
    // A case that was opened between the window's first answer and this listener would be missed for good.
    ask();
    // An engine that was started again may have another case open, or none.
    const stopState = client.on('engine.state', ({ state }) => {
      if (state === 'running') ask();
    });
    // What the engine computed after it had answered: only the answers that lacked it are asked for again.
    const refreshOnly = (name: RequestName): void => void queries.invalidateQueries({ queryKey: [name] });
    const stopReasons = client.on('alerts.reasonsReady', () => {
      refreshOnly('alerts.page');
      refreshOnly('tuning.swapSet');
      refreshOnly('models.swapAlerts');
      refreshOnly('entity.alerts');
    });
    const stopRankings = client.on('tuning.rankingsReady', () => refreshOnly('tuning.read'));
    return () => {
      isHere = false;
      stop();
      stopState();
      stopReasons();
      stopRankings();
      if (timer !== null) clearTimeout(timer);
    };
  }, [client, queries]);
}
