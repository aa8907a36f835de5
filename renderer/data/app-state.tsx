import { createContext, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Settings } from '../../engine/domain/settings.ts';
import type { CaseOverview } from '../../preload/contract/cases.ts';
import type { ModelListItem } from '../../preload/contract/models.ts';
import type { RequestOutput } from '../../preload/contract/requests.ts';
import { caseKeyOf, isCaseStateName, type CaseStateName } from './case-state.ts';
import { useClient } from './client.tsx';
import { caseFormats, type CaseFormats } from './case-formats.ts';
import { requestKey, useCaseChanges, useRequest } from './requests.ts';
import { WindowState } from './window-state.ts';

interface AppState {
  readonly app: RequestOutput<'app.read'>;
  readonly openCase: CaseOverview | null;
  readonly settings: Settings;
  readonly changeSettings: (change: Partial<Omit<Settings, 'windowState'>>) => void;
  readonly windowState: WindowState;
}

const AppStateContext = createContext<AppState | null>(null);

/** Holds what every place needs: the open case, the settings, and what the window must find again. */
export function AppStateProvider({
  app,
  children,
}: {
  readonly app: RequestOutput<'app.read'>;
  readonly children: ReactNode;
}) {
  const client = useClient();
  const queries = useQueryClient();
  const [openCase, setOpenCase] = useState(app.openCase);
  const [settings, setSettings] = useState(app.settings);
  const [windowState] = useState(() => {
    const made = new WindowState(
      app.settings.windowState,
      (values) => void client.request('settings.write', { windowState: values }),
    );
    if (app.openCase !== null) made.setWritten(caseKeyOf(app.openCase), !app.openCase.locked);
    return made;
  });

  useCaseChanges(app.openCase, (overview) => {
    if (overview !== null) windowState.setWritten(caseKeyOf(overview), !overview.locked);
    setOpenCase(overview);
    if (overview !== null) queries.setQueryData(requestKey('case.read', {}), overview);
    void queries.invalidateQueries({ queryKey: ['recent.list'] });
  });
  useEffect(() => {
    const onHide = (): void => windowState.flush();
    // What a page says while it goes may be said in vain: before that it is heard.
    window.addEventListener('beforeunload', onHide);
    window.addEventListener('pagehide', onHide);
    document.addEventListener('visibilitychange', onHide);
    return () => {
      window.removeEventListener('beforeunload', onHide);
      window.removeEventListener('pagehide', onHide);
      document.removeEventListener('visibilitychange', onHide);
    };
  }, [windowState]);

  const changeSettings = useCallback(
    (change: Partial<Omit<Settings, 'windowState'>>) => {
      setSettings((current) => ({ ...current, ...change }));
      void client.request('settings.write', change);
    },
    [client],
  );
  const value = useMemo(
    () => ({ app, openCase, settings, changeSettings, windowState }),
    [app, openCase, settings, changeSettings, windowState],
  );
  return <AppStateContext value={value}>{children}</AppStateContext>;
}

function useAppState(): AppState {
  const state = useContext(AppStateContext);
  if (state === null) throw new Error('This part is drawn only inside AppStateProvider.');
  return state;
}

/** What the engine said of itself at start: version, host, data folder, bundled recording. */
export function useApp(): RequestOutput<'app.read'> {
  return useAppState().app;
}

/** The open case, or null; follows `case.changed`. */
export function useCase(): CaseOverview | null {
  return useAppState().openCase;
}

/** Why nothing in the open case can be changed; null where it can, or where no case is open. */
export function useReadOnlyWords(): string | null {
  return useCase()?.readOnly === true
    ? 'This case is open for reading only, because its file or folder cannot be written. Copy it to a folder that can be, and open the copy.'
    : null;
}

/** The settings and how to change them; changes are written at once. */
export function useSettings(): readonly [Settings, AppState['changeSettings']] {
  const { settings, changeSettings } = useAppState();
  return [settings, changeSettings];
}

/**
 * A piece of window state that survives a restart, the same in every case: widths, columns, the place that is shown.
 * `isValid` guards against what an older window wrote. Keys are `place.thing`. What belongs to a case is `useCaseState`.
 */
export function useWindowState<T>(
  key: string,
  initial: T,
  isValid: (value: unknown) => value is T = (value): value is T => typeof value === typeof initial && value !== null,
): readonly [T, (value: T) => void] {
  const { windowState } = useAppState();
  const stored = useSyncExternalStore(windowState.subscribe, () => windowState.get(key));
  const value = stored !== undefined && isValid(stored) ? stored : initial;
  const set = useCallback((next: T) => windowState.set(key, next), [windowState, key]);
  return [value, set];
}

/** The open case as its state is kept under; null where none is open. */
function useCaseKey(): string | null {
  const openCase = useCase();
  return openCase === null ? null : caseKeyOf(openCase);
}

/**
 * A piece of state of the open case: it survives leaving the place, another case, and a restart, and no other case sees
 * it. Without a case it is `initial`, and nothing is kept. A change that comes late is one of the case it was made in.
 * @param isValid guards against what an older window wrote
 */
export function useCaseState<T>(
  name: CaseStateName,
  initial: T,
  isValid: (value: unknown) => value is T = (value): value is T => typeof value === typeof initial && value !== null,
): readonly [T, (value: T) => void] {
  const { windowState } = useAppState();
  const caseKey = useCaseKey();
  const stored = useSyncExternalStore(windowState.subscribe, () =>
    caseKey === null ? undefined : windowState.getOfCase(caseKey, name),
  );
  const value = stored !== undefined && isValid(stored) ? stored : initial;
  const set = useCallback(
    (next: T) => {
      if (caseKey !== null) windowState.setOfCase(caseKey, name, next);
    },
    [windowState, caseKey, name],
  );
  return [value, set];
}

/** State of the open case, and of the window where the name is none of a case's, read and written outside drawing. */
export function useStateStore(): Pick<WindowState, 'get' | 'set'> {
  const { windowState } = useAppState();
  const caseKey = useCaseKey();
  return useMemo(
    () => ({
      get: (name) => {
        if (!isCaseStateName(name)) return windowState.get(name);
        return caseKey === null ? undefined : windowState.getOfCase(caseKey, name);
      },
      set: (name, value) => {
        if (!isCaseStateName(name)) windowState.set(name, value);
        else if (caseKey !== null) windowState.setOfCase(caseKey, name, value);
      },
    }),
    [windowState, caseKey],
  );
}

/** Models of the case, newest first as the engine gives them. */
export function useModels(): readonly ModelListItem[] {
  const openCase = useCase();
  return useRequest('models.list', {}, { isEnabled: openCase !== null, keepsPrevious: true }).data ?? [];
}

/** The model the window looks at: the chosen one, else the champion, else the newest; null where there is none. */
export function useCurrentModel(): readonly [ModelListItem | null, (modelId: number | null) => void] {
  const models = useModels();
  const [chosen, choose] = useCaseState<number | null>('model.chosen', null, isNumberOrNull);
  const model =
    models.find((candidate) => candidate.id === chosen) ??
    models.find((candidate) => candidate.isChampion) ??
    models.toSorted((first, second) => second.id - first.id).at(0) ??
    null;
  return [model, choose];
}

/** Guards the id of a model, or of none. */
export function isNumberOrNull(value: unknown): value is number | null {
  return value === null || typeof value === 'number';
}

/** Guards the key of what is selected, or of nothing. */
export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

/** Formatters that know the case's zone and currency and the analyst's choice of times. */
export function useFormats(): CaseFormats {
  const openCase = useCase();
  const [{ times }] = useSettings();
  const timeZone = openCase?.timeZone ?? 'UTC';
  const currency = openCase?.currency ?? null;
  const first = openCase?.firstEventMs ?? null;
  const last = openCase?.lastEventMs ?? null;
  return useMemo(
    () => caseFormats({ timeZone, currency, times, first, last }),
    [timeZone, currency, times, first, last],
  );
}
