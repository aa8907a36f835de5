import { useState } from 'react';
import { useCase, useFormats } from '../data/app-state.tsx';
import { formatCount, formatTime, zoneName } from '../data/format.ts';
import { shareOf, useJobs } from '../data/jobs.tsx';
import { useEvent } from '../data/requests.ts';
import { useRunningStream } from '../data/stream.tsx';
import { Progress } from '../ui/progress.tsx';
import { useGoTo } from './go-to.tsx';
import { progressWords } from './job-words.ts';

/** Running jobs, what was set aside, when the case last changed, and that nothing leaves this machine unasked. */
export function StatusBar() {
  const openCase = useCase();
  const { timeZone } = useFormats();
  const { running, cancel } = useJobs();
  const goTo = useGoTo();
  const stream = useRunningStream();
  const topic = stream === null || stream.figures.replay !== null ? null : stream.figures.source;
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
      <span className="grow" />
      {openCase !== null && <span>Times in {zoneName(timeZone)}</span>}
      {savedAtMs !== null && (
        <span>
          Saved{' '}
          {formatTime(savedAtMs, Intl.DateTimeFormat().resolvedOptions().timeZone, { withSeconds: true }).slice(-8)}
        </span>
      )}
      <span>{topic === null ? 'Nothing leaves this machine unasked' : `Connected to ${topic.split('/')[2]}`}</span>
    </footer>
  );
}
