import './feedback.css';

export interface ProgressProps {
  readonly label: string;
  /** 0 to 1; null while the end is not known. */
  readonly share: number | null;
  readonly widthPx?: number;
}

/** A thin bar. */
export function Progress({ label, share, widthPx = 120 }: ProgressProps) {
  const percent = share === null ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <span
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-unknown={share === null}
      style={{ width: widthPx }}
    >
      <i style={percent === undefined ? {} : { width: `${percent}%` }} />
    </span>
  );
}
