import type { Progress } from '../../engine/domain/progress.ts';

const terminalIntervalMs = 100;
const logIntervalMs = 5_000;

const phaseWords: Record<Progress['phase'], string> = {
  read: 'reading',
  profile: 'profiling',
  features: 'computing features',
  train: 'growing trees',
  score: 'scoring',
  store: 'storing',
  evaluate: 'evaluating',
  export: 'exporting',
  simulate: 'simulating',
  explain: 'explaining',
  follow: 'following',
  record: 'recording',
  replay: 'replaying',
  compact: 'merging segments',
  backup: 'copying',
  mend: 'mending',
  lock: 'encrypting',
};

export interface ProgressLine {
  readonly report: (progress: Progress) => void;
  /** Wipes the line, so that what is printed next stands alone. */
  readonly clear: () => void;
}

/**
 * Shows progress on standard error: one line that rewrites itself on a terminal, a line every few seconds
 * elsewhere. `now` gives milliseconds.
 */
export function createProgressLine(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  now: () => number = () => performance.now(),
): ProgressLine {
  const isTerminal = stream.isTTY === true;
  const intervalMs = isTerminal ? terminalIntervalMs : logIntervalMs;
  let phase: Progress['phase'] | null = null;
  let phaseStartedMs = 0;
  let shownAtMs = 0;
  let shown = false;

  const clear = (): void => {
    if (shown && isTerminal) stream.write('\r\x1b[K');
    shown = false;
  };

  const report = (progress: Progress): void => {
    const nowMs = now();
    if (progress.phase !== phase) {
      phase = progress.phase;
      phaseStartedMs = nowMs;
      shownAtMs = isTerminal ? 0 : nowMs;
    }
    if (nowMs - shownAtMs < intervalMs) return;
    shownAtMs = nowMs;
    const line = formatProgress(progress, nowMs - phaseStartedMs);
    stream.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    shown = true;
  };

  return { report, clear };
}

/** One line such as `reading  42 %  1,250,000 of 3,000,000 bytes  510,000 bytes/s  3 s left`. */
export function formatProgress(progress: Progress, elapsedMs: number): string {
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const parts = [phaseWords[progress.phase]];
  if (progress.total !== null && progress.total > 0)
    parts.push(
      `${Math.floor((100 * progress.done) / progress.total)} %`,
      `${count(progress.done)} of ${count(progress.total)} ${progress.unit}`,
    );
  else parts.push(`${count(progress.done)} ${progress.unit}`);
  if (elapsedMs > 500 && progress.done > 0) {
    // Of a stream that runs for days the last seconds say more than the mean since its start.
    const perSecond = progress.stream?.messagesPerSecond ?? (1000 * progress.done) / elapsedMs;
    parts.push(`${count(perSecond)} ${progress.unit}/s`);
    if (progress.total !== null)
      parts.push(`${Math.ceil(Math.max(0, progress.total - progress.done) / perSecond)} s left`);
  }
  if (progress.note !== undefined) parts.push(progress.note);
  return parts.join('  ');
}
