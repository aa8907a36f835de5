import { useState } from 'react';
import { useCase, useFormats } from '../data/app-state.tsx';
import { formatCount, formatTime, zoneName } from '../data/format.ts';
import { shareOf, useJobs } from '../data/jobs.tsx';
import { useEvent } from '../data/requests.ts';
import { useNetworkLedger } from '../data/network.ts';
import { ledgerWords } from '../features/network/ledger-words.ts';
import { Progress } from '../ui/progress.tsx';
import { MessageLine } from '../ui/toast.tsx';
import { useGoTo } from './go-to.tsx';
import { progressWords } from './job-words.ts';

export interface StatusBarProps {
  readonly onShowMessages: () => void;
  readonly onShowNetwork: () => void;
}

/** Running jobs, what was set aside, the newest message, when the case last changed, and whether anything left this machine. */
export function StatusBar({ onShowMessages, onShowNetwork }: StatusBarProps) {
  const openCase = useCase();
  const { timeZone } = useFormats();
  const { running, cancel } = useJobs();
  const goTo = useGoTo();
  const ledger = useNetworkLedger();
  const [savedAtMs, setSavedAtMs] = useState<number | null>(null);
  useEvent('case.changed', ({ overview }) => setSavedAtMs(overview === null ? null : Date.now()));
  return (
    <footer className="status-bar tabular">
      {running.length === 0 && <span>Ready</span>}
      {running.map((job) => {
        const words = progressWords(job.name, job.progress);
        return (
          <span key={job.jobId} className="status-job">
            {words}
            <Progress label={words} share={shareOf(job.progress)} />
            <button
              type="button"
              className="status-button"
              disabled={job.isCancelling}
              onClick={() => cancel(job.jobId)}
            >
              {job.isCancelling ? 'Stopping…' : 'Stop'}
            </button>
          </span>
        );
      })}
      {openCase !== null && openCase.quarantined > 0 && (
        <button
          type="button"
          className="status-button"
          onClick={() => goTo('sources', { 'sources.tab': 'quarantine', 'sources.inspected': '' })}
        >
          {formatCount(openCase.quarantined)} quarantined
        </button>
      )}
      <MessageLine onShowAll={onShowMessages} />
      {openCase !== null && <span className="status-more">Times in {zoneName(timeZone)}</span>}
      {savedAtMs !== null && (
        <span className="status-more">
          Saved{' '}
          {formatTime(savedAtMs, Intl.DateTimeFormat().resolvedOptions().timeZone, { withSeconds: true }).slice(-8)}
        </span>
      )}
      <button type="button" className="status-button" title="Every connection since the start" onClick={onShowNetwork}>
        {ledger === null ? 'Network' : ledgerWords(ledger.attempts)}
      </button>
    </footer>
  );
}
