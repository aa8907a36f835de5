import { useCallback, useMemo, type ReactNode } from 'react';
import type { VerdictKind } from '../../../engine/domain/verdict.ts';
import type { AmountStrip } from '../../../preload/contract/alerts.ts';
import { ChartFrame } from '../../charts/chart-frame.tsx';
import { EntityStrip, type EntityStripProps, type StripMark } from '../../charts/entity-strip.tsx';
import { useFormats } from '../../data/app-state.tsx';

const DAY_MS = 86_400_000;

const verdictMarks: Readonly<Record<VerdictKind, Omit<StripMark, 'index'>>> = {
  fraud: { symbol: 'triangle', tone: 'flag' },
  legitimate: { symbol: 'circle', tone: 'legitimate' },
  valuable: { symbol: 'diamond', tone: 'accent' },
  unsure: { symbol: 'emptyCircle', tone: 'soft' },
};

/** The amounts of an entity over time as a chart with its table; the same in the detail of an alert and on its own page. */
export function AmountStripChart({
  strip,
  question,
  height,
  alertSequence = null,
  answer,
  marked = null,
  onPick,
}: {
  readonly strip: AmountStrip;
  readonly question: string;
  readonly height: number;
  /** The transaction that is looked at. */
  readonly alertSequence?: number | null;
  /** What it says instead of the own normal. */
  readonly answer?: string;
  /** A span of time that is looked at. */
  readonly marked?: EntityStripProps['marked'];
  readonly onPick?: (sequence: number) => void;
}): ReactNode {
  const formats = useFormats();
  const { fromMs, toMs, timesMs, amounts, flagged, verdicts, noted, sequences, normalLow, normalHigh } = strip;
  const marks = useMemo(
    () => ({
      verdicts: verdicts.flatMap((kind, index) => (kind === null ? [] : [{ index, ...verdictMarks[kind] }])),
      notes: Array.from(noted.keys()).flatMap((index) =>
        noted[index] === 0 ? [] : [{ index, symbol: 'rect', tone: 'accent' } as const],
      ),
    }),
    [verdicts, noted],
  );
  const words = useCallback(
    (index: number) =>
      [
        formats.columnTime(timesMs[index]),
        `${formats.amount(amounts[index])}${flagged[index] === 0 ? '' : ', flagged'}`,
        ...(verdicts[index] === null ? [] : [`verdict: ${verdicts[index]}`]),
        ...(noted[index] === 0 ? [] : ['has a note']),
      ].join('\n'),
    [formats, timesMs, amounts, flagged, verdicts, noted],
  );
  // Within two days the day alone does not tell where its ends are.
  const isShort = toMs - fromMs < 2 * DAY_MS;
  const day = useCallback(
    (timeMs: number) => (isShort ? formats.columnTime(timeMs) : formats.day(timeMs).slice(0, -5)),
    [formats, isShort],
  );
  const pick = useCallback((index: number) => onPick?.(sequences[index]), [onPick, sequences]);
  if (timesMs.length === 0) return null;
  return (
    <ChartFrame
      question={question}
      height={height}
      answer={
        answer ??
        (normalLow === null || normalHigh === null
          ? 'Fewer than 5 transactions: no own normal yet'
          : `Band: own normal, ${formats.amount(normalLow, null)} to ${formats.amount(normalHigh)} (5th to 95th percentile)`)
      }
      table={() => ({
        columns: [
          { name: 'Time', isNumber: false },
          { name: 'Amount', isNumber: true },
          { name: 'Flagged', isNumber: false },
          { name: 'Verdict', isNumber: false },
          { name: 'Note', isNumber: false },
        ],
        rows: Array.from(timesMs, (time, index) => [
          formats.columnTime(time),
          formats.amount(amounts[index], null),
          flagged[index] === 0 ? '' : '▲ flagged',
          verdicts[index] ?? '',
          noted[index] === 0 ? '' : '✎',
        ]),
      })}
    >
      <EntityStrip
        {...{ fromMs, toMs, timesMs, amounts, flagged, normalLow, normalHigh, day, words, height, marked }}
        verdicts={marks.verdicts}
        notes={marks.notes}
        alertIndex={alertSequence === null ? -1 : sequences.indexOf(alertSequence)}
        onPick={pick}
      />
    </ChartFrame>
  );
}
