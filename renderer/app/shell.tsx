import { Suspense, useEffect, useState } from 'react';
import { useScheduledBackups } from '../features/case/scheduled-backups.ts';
import { CaseSwitcher } from '../features/case/case-switcher.tsx';
import { NetworkDialog } from '../features/network/network-dialog.tsx';
import { SettingsDialog } from '../features/settings/settings-dialog.tsx';
import { useCase, useCurrentModel, useSettings } from '../data/app-state.tsx';
import { formatCount, formatCounted, formatPerDay, formatPercent } from '../data/format.ts';
import { useAction, useRequest } from '../data/requests.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useToast } from '../ui/toast.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { useCommand, useCommandKey, useCommands } from './commands.tsx';
import { EngineBanner } from './engine-banner.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { useGoTo, usePlace } from './go-to.tsx';
import { useJobMessages } from './job-messages.ts';
import { useMenuCommands } from './menu-commands.ts';
import { MessagesDialog } from './messages-dialog.tsx';
import { Palette } from './palette.tsx';
import { placeIcons, placeIds, placeTitles } from './place.ts';
import type { PlaceId } from './place.ts';
import { loadPlaces, placeViews } from './places.tsx';
import { ShortcutsSheet } from './shortcuts-sheet.tsx';
import { StatusBar } from './status-bar.tsx';
import './shell.css';
import { errorWords } from '../ui/error-words.ts';

/** The first place is drawn by then; the others are loaded after it. */
const LOAD_AHEAD_MS = 1000;

type Overlay = 'palette' | 'shortcuts' | 'settings' | 'messages' | 'network' | null;

/** Rail, bars, and the place between them. */
export function Shell() {
  const place = usePlace();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const [settings, changeSettings] = useSettings();
  const toast = useToast();
  const undo = useAction('actions.undo', {
    onDone: ({ undone }) => toast({ text: undone === null ? 'Nothing left to undo.' : `Undone: ${undone}` }),
    onError: (error) => toast({ text: errorWords(error), tone: 'problem' }),
  });
  const openCase = useCase();
  const { available, run } = useCommands();
  useJobMessages();
  useScheduledBackups();
  useMenuCommands();
  useCommand('app.palette', () => setOverlay('palette'));
  useCommand('app.shortcuts', () => setOverlay('shortcuts'));
  useCommand('app.settings', () => setOverlay('settings'));
  useCommand('app.messages', () => setOverlay('messages'));
  useCommand('app.network', () => setOverlay('network'));
  // Triage keeps a list of its own, which has to be taken back too.
  useCommand(
    'app.undo',
    openCase === null ? null : () => (available.has('triage.undo') ? run('triage.undo') : undo.run({})),
  );
  useCommand('app.theme', () => {
    const isDark = document.documentElement.dataset['theme'] === 'dark';
    changeSettings({ theme: isDark ? 'light' : 'dark' });
  });
  useEffect(() => {
    // A place whose code cannot be loaded says so when it is shown.
    const timer = setTimeout(() => void loadPlaces().catch(() => undefined), LOAD_AHEAD_MS);
    return () => clearTimeout(timer);
  }, []);
  const View = placeViews[place];
  // What a place holds of one case must not be seen in the next; Sources is where cases are opened and made.
  const drawnAnew = place === 'sources' ? place : `${place} ${openCase?.path ?? ''}`;

  return (
    <div className="shell">
      <EngineBanner />
      <header className="top-bar">
        <strong className="top-bar-name">Assay</strong>
        <CaseSwitcher />
        <CaseFacts />
        <span className="grow" />
        <Budget analysts={settings.analysts} alertsEach={settings.alertsPerAnalystPerDay} />
        <button
          type="button"
          className="top-bar-person ellipsis"
          title="Who decides; Settings change it"
          onClick={() => setOverlay('settings')}
        >
          {settings.analyst.trim() === '' ? <span className="soft">No name yet</span> : settings.analyst}
        </button>
        <Button keyHint={useCommandKey('app.palette')} onClick={() => setOverlay('palette')}>
          Commands
        </Button>
      </header>
      <nav className="rail" aria-label="Places">
        {placeIds.map((id) => (
          <RailItem key={`${openCase?.path ?? ''} ${id}`} id={id} isCurrent={id === place} />
        ))}
        <span className="grow" />
        <button type="button" className="rail-item" onClick={() => setOverlay('settings')}>
          <Icon name="settings" />
          <span className="rail-title">Settings</span>
        </button>
      </nav>
      <main className="place" aria-label={placeTitles[place]} data-place={place}>
        <h1 className="visually-hidden">{placeTitles[place]}</h1>
        <ErrorBoundary key={drawnAnew} title={`${placeTitles[place]} could not be drawn`}>
          <Suspense fallback={<p className="place-wait soft">Loading</p>}>
            <View />
          </Suspense>
        </ErrorBoundary>
      </main>
      <StatusBar onShowMessages={() => setOverlay('messages')} onShowNetwork={() => setOverlay('network')} />
      {overlay === 'palette' && <Palette onClose={() => setOverlay(null)} />}
      {overlay === 'shortcuts' && <ShortcutsSheet onClose={() => setOverlay(null)} />}
      {overlay === 'messages' && <MessagesDialog onClose={() => setOverlay(null)} />}
      {overlay === 'network' && <NetworkDialog onClose={() => setOverlay(null)} />}
      {overlay === 'settings' && <SettingsDialog onClose={() => setOverlay(null)} />}
    </div>
  );
}

function CaseFacts() {
  const openCase = useCase();
  const [model] = useCurrentModel();
  if (openCase === null) return null;
  return (
    <span className="top-bar-facts soft tabular ellipsis">
      {formatCount(openCase.rows)} transactions
      {model !== null && (
        <>
          {' · '}
          {model.isChampion ? 'champion' : 'model'} <strong>{model.name}</strong>
        </>
      )}
      {openCase.readOnly && ' · read-only'}
    </span>
  );
}

function Budget({ analysts, alertsEach }: { readonly analysts: number; readonly alertsEach: number }) {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const goTo = useGoTo();
  if (openCase === null || model === null) return null;
  const { days } = openCase;
  const budget = analysts * alertsEach;
  return (
    <Tooltip
      text={`The team can review ${formatCount(budget)} alerts a day: ${analysts} analysts, ${alertsEach} each. Tuning sets the line.`}
    >
      <button type="button" className="top-bar-budget tabular" onClick={() => goTo('tuning')}>
        <strong>
          {days === 0 ? formatCounted(model.alerts, 'alert') : `${formatPerDay(model.alerts / days)} alerts a day`}
        </strong>{' '}
        <span className="soft">
          = {days === 0 ? formatCount(model.flagged) : formatPerDay(model.flagged / days)} transactions,{' '}
          {formatPercent(openCase.rows === 0 ? 0 : model.flagged / openCase.rows)}
        </span>
      </button>
    </Tooltip>
  );
}

function RailItem({ id, isCurrent }: { readonly id: PlaceId; readonly isCurrent: boolean }) {
  const goTo = useGoTo();
  const key = useCommandKey(`app.go.${id}`);
  useCommand(`app.go.${id}`, () => goTo(id));
  const count = useRailCount(id);
  return (
    <button
      type="button"
      className="rail-item"
      aria-current={isCurrent ? 'page' : undefined}
      aria-keyshortcuts={key ?? undefined}
      title={key === null ? placeTitles[id] : `${placeTitles[id]} (${key})`}
      onClick={() => goTo(id)}
    >
      <Icon name={placeIcons[id]} />
      <span className="rail-title">{placeTitles[id]}</span>
      {count !== null && (
        <span className="rail-count tabular">
          {count.text}
          <span className="visually-hidden"> {count.meaning}</span>
        </span>
      )}
    </button>
  );
}

function useRailCount(id: PlaceId): { readonly text: string; readonly meaning: string } | null {
  const openCase = useCase();
  const [model] = useCurrentModel();
  const alerts = useRequest(
    'alerts.page',
    { modelId: model?.id ?? 1, limit: 1 },
    { isEnabled: id === 'triage' && model !== null, keepsPrevious: true },
  ).data;
  if (openCase === null) return null;
  if (id === 'sources') return { text: formatCount(openCase.sources.length), meaning: 'recordings' };
  if (id === 'models') return { text: formatCount(openCase.models), meaning: 'models' };
  if (id === 'triage' && alerts !== undefined && model !== null) {
    return { text: formatCount(alerts.total - alerts.decided), meaning: 'alerts without a verdict' };
  }
  return null;
}
