import { useEffect, useEffectEvent, useRef } from 'react';
import type { JobName, JobResult } from '../../preload/contract/jobs.ts';
import { formatCount, formatCounted, formatDuration } from '../data/format.ts';
import { mayReplace, useJobs } from '../data/jobs.tsx';
import { useStateStore } from '../data/app-state.tsx';
import { summaryOf } from '../data/replay-summary.ts';
import { useEvent } from '../data/requests.ts';
import { fileName } from '../data/paths.ts';
import { useSettle, useToast } from '../ui/toast.tsx';
import { useGoTo } from './go-to.tsx';
import { jobTitle } from './job-words.ts';
import { errorWords } from '../ui/error-words.ts';

function trained(result: JobResult<'train'>): string {
  const scored = `${formatCount(result.rows)} transactions scored in ${formatDuration(result.timings.totalMs)}`;
  return `${scored}: ${formatCounted(result.alerts, 'alert')}, ${formatCounted(result.flagged, 'flagged transaction')}. ${result.line.sentence}`;
}

/** Says how each job ended, wherever the person is by then. */
export function useJobMessages(): void {
  const { onEnd, replace } = useJobs();
  const toast = useToast();
  const settle = useSettle();
  const goTo = useGoTo();
  const store = useStateStore();
  const tell = useEffectEvent((jobId: string, name: JobName, outcome: Parameters<Parameters<typeof onEnd>[0]>[2]) => {
    const about = `job ${name}`;
    if (outcome.ok) settle(about);
    else {
      const { code } = outcome.error;
      if (code === 'CANCELLED') toast({ text: `${jobTitle(name)} was stopped. What was stored before stays.`, about });
      else {
        const action = mayReplace(outcome) ? { action: { text: 'Replace it', run: () => replace(jobId) } } : {};
        toast({ text: errorWords(outcome.error), tone: 'problem', about, ...action });
      }
      return;
    }
    if (outcome.notice !== undefined) toast({ text: outcome.notice, about });
    const triage = { text: 'Triage', run: () => goTo('triage') };
    // The event carries the result of the job it names.
    if (name === 'run' || name === 'train')
      toast({ text: trained(outcome.result as JobResult<'train'>), action: triage });
    if (name === 'ingest') {
      const result = outcome.result as JobResult<'ingest'>;
      const aside = result.quarantined > 0 ? `, ${formatCount(result.quarantined)} set aside` : '';
      toast({ text: `${formatCount(result.addedRows)} rows read${aside}.` });
    }
    if (name === 'play') {
      const result = outcome.result as JobResult<'play'>;
      store.set('sources.replayed', summaryOf(result));
      const show = {
        text: 'Summary',
        run: () => goTo('sources', { 'sources.tab': 'stream', 'sources.inspected': '' }),
      };
      const came = `${formatCounted(result.addedRows, 'row')}, ${formatCounted(result.flagged, 'flagged transaction')}`;
      toast({ text: `The replay of ${fileName(result.recording)} ended: ${came}.`, action: show });
    }
    if (name === 'exportAlerts') {
      const { rows, output } = outcome.result as JobResult<'exportAlerts'>;
      toast({ text: `${formatCounted(rows, 'alert')} written: ${fileName(output)}` });
    }
    if (name === 'exportOnnx' || name === 'exportNarrative') {
      toast({ text: `Written: ${fileName((outcome.result as JobResult<'exportNarrative'>).output)}` });
    }
  });
  const told = useRef(new Set<string>());
  useEvent('job.progress', ({ jobId, progress }) => {
    for (const { key, sentence } of progress.stream?.notices ?? []) {
      const id = `${jobId} ${key}`;
      if (told.current.has(id)) continue;
      told.current.add(id);
      const show = { text: 'Stream', run: () => goTo('sources', { 'sources.tab': 'stream', 'sources.inspected': '' }) };
      toast({ text: sentence, action: show });
    }
  });
  useEffect(() => onEnd(tell), [onEnd]);
}
