import type { ReactNode } from 'react';
import type { ThemeEvidence } from '../../../preload/contract/alerts.ts';
import { ChartFrame, type ChartTable } from '../../charts/chart-frame.tsx';
import { MarkedBars } from '../../charts/marked-bars.tsx';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatSpan, withCapital } from '../../data/format.ts';
import { AmountStripChart } from './amount-strip.tsx';

const BARS_HEIGHT = 44;
const STRIP_HEIGHT = 104;

type Evidence<Kind extends ThemeEvidence['kind']> = Extract<ThemeEvidence, { readonly kind: Kind }>;

/** What stands behind a theme: each kind of it has its own picture, with the same as a table. */
export function ThemeEvidencePicture({
  evidence,
  alertSequence,
}: {
  readonly evidence: ThemeEvidence;
  readonly alertSequence: number;
}): ReactNode {
  switch (evidence.kind) {
    case 'amounts':
      return <UsualAmounts evidence={evidence} />;
    case 'burst':
      return <Burst evidence={evidence} alertSequence={alertSequence} />;
    case 'places':
      return <Places evidence={evidence} />;
    case 'hours':
      return <UsualHours evidence={evidence} />;
    case 'days':
      return <PlaceDays evidence={evidence} />;
  }
}

/** What is known of an entity, in classes and their counts. */
function countTable(first: string, rows: ChartTable['rows']): ChartTable {
  return {
    columns: [
      { name: first, isNumber: false },
      { name: 'Payments', isNumber: true },
    ],
    rows,
  };
}

function UsualAmounts({ evidence }: { readonly evidence: Evidence<'amounts'> }): ReactNode {
  const formats = useFormats();
  const { who, classes, own, amount, below } = evidence;
  const money = (value: number): string => formats.amount(value, null);
  const name = (index: number): string => `${money(classes[index].from)} to ${money(classes[index].to)}`;
  const all = classes.reduce((sum, { payments }) => sum + payments, 0);
  const last = classes.length - 1;
  return (
    <ChartFrame
      question={`What this ${who} usually pays`}
      answer={`${formats.amount(amount)} now (marked); ${formatCount(below)} of ${formatCount(all)} usual payments were less`}
      height={BARS_HEIGHT}
      table={() =>
        countTable(
          'Amount',
          classes.map(({ payments }, index) => [
            `${name(index)}${index === own ? ' ▲ now' : ''}`,
            formatCount(payments),
          ]),
        )
      }
    >
      <MarkedBars
        bars={classes.map(({ payments }, index) => ({ name: name(index), count: payments }))}
        marked={own}
        axis={[money(classes[0].from), '', money(classes[last].to)]}
        height={BARS_HEIGHT}
      />
    </ChartFrame>
  );
}

function Burst({
  evidence,
  alertSequence,
}: {
  readonly evidence: Evidence<'burst'>;
  readonly alertSequence: number;
}): ReactNode {
  const { who, payments, spanMs, perDay, strip } = evidence;
  const index = strip.sequences.indexOf(alertSequence);
  const endMs = index < 0 ? strip.toMs : strip.timesMs[index];
  const usual = perDay < 0.95 ? `one in ${formatSpan(86_400_000 / perDay)}` : `${perDay.toFixed(1)} a day`;
  return (
    <AmountStripChart
      strip={strip}
      question={`This ${who}, the day of the burst`}
      answer={`${formatCounted(payments, 'payment')} in ${formatSpan(spanMs)} (marked), usually ${usual}`}
      height={STRIP_HEIGHT}
      alertSequence={alertSequence}
      marked={{ fromMs: endMs - spanMs, toMs: endMs }}
    />
  );
}

function Places({ evidence }: { readonly evidence: Evidence<'places'> }): ReactNode {
  const formats = useFormats();
  const { who, noun, places, more, payments, before } = evidence;
  const day = (timeMs: number | null): string => (timeMs === null ? '–' : formats.day(timeMs).slice(0, -5));
  return (
    <figure className="chart-frame" aria-label={`${withCapital(noun)} by ${who}`}>
      <figcaption className="chart-head">
        <h3 className="chart-question">{`Where this ${who} usually pays, by ${noun}`}</h3>
      </figcaption>
      <table className="triage-places">
        <thead>
          <tr>
            <th scope="col">{withCapital(noun)}</th>
            <th scope="col" className="number">
              Payments
            </th>
            <th scope="col">First seen</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {places.map(({ text, payments: count, firstMs, lastMs, isOwn }) => (
            <tr key={text} data-own={isOwn}>
              <td>
                {isOwn && <span className="triage-flag">▲ </span>}
                {text}
                {isOwn && <span className="soft"> now</span>}
              </td>
              <td className="number">{formatCount(count)}</td>
              <td>{isOwn && count === 0 ? 'never before' : day(firstMs)}</td>
              <td>{day(lastMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="chart-answer">
        {more > 0 && `${formatCount(more)} more; `}
        {formatCounted(payments, 'usual payment')}
        {before !== null && `; the last one elsewhere was at ${before.text}, ${formatSpan(before.gapMs)} before`}
      </p>
    </figure>
  );
}

function UsualHours({ evidence }: { readonly evidence: Evidence<'hours'> }): ReactNode {
  const { who, payments, own } = evidence;
  const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
  const all = payments.reduce((sum, count) => sum + count, 0);
  return (
    <ChartFrame
      question={`When this ${who} usually pays`}
      answer={`${formatCount(payments[own])} of ${formatCount(all)} usual payments between ${clock(own)} and ${clock((own + 1) % 24)} (marked)`}
      height={BARS_HEIGHT}
      table={() =>
        countTable(
          'Hour',
          payments.map((count, hour) => [`${clock(hour)}${hour === own ? ' ▲ now' : ''}`, formatCount(count)]),
        )
      }
    >
      <MarkedBars
        bars={payments.map((count, hour) => ({ name: clock(hour), count }))}
        marked={own}
        axis={['00', '12', '23']}
        height={BARS_HEIGHT}
      />
    </ChartFrame>
  );
}

function PlaceDays({ evidence }: { readonly evidence: Evidence<'days'> }): ReactNode {
  const formats = useFormats();
  const { role, name, who, days, frauds, judged } = evidence;
  const day = (timeMs: number): string => formats.caseDay(timeMs).slice(0, -5);
  const last = days[days.length - 1];
  return (
    <ChartFrame
      question={`Payments a day at ${role} ${name}`}
      answer={
        <>
          {`${formatCounted(last.payments, 'payment')} on the day${who === null ? '' : ` by ${formatCounted(last.visitors, who)}`} up to this one`}
          {judged !== null &&
            `; known as fraud by then (in colour): ${formatCount(frauds)} of ${formatCount(judged)} judged`}
        </>
      }
      height={BARS_HEIGHT}
      table={() => ({
        columns: [
          { name: 'Day', isNumber: false },
          { name: 'Payments', isNumber: true },
          ...(who === null ? [] : [{ name: `${withCapital(who)}s`, isNumber: true }]),
          { name: 'Known fraud', isNumber: true },
        ],
        rows: days.map((each) => [
          day(each.dayMs),
          formatCount(each.payments),
          ...(who === null ? [] : [formatCount(each.visitors)]),
          formatCount(each.frauds),
        ]),
      })}
    >
      <MarkedBars
        bars={days.map(({ dayMs, payments, frauds: known }) => ({ name: day(dayMs), count: payments, flagged: known }))}
        marked={days.length - 1}
        axis={[day(days[0].dayMs), '', day(last.dayMs)]}
        height={BARS_HEIGHT}
      />
    </ChartFrame>
  );
}
