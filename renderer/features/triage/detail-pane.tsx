import { memo, useMemo, useState, type ReactNode } from 'react';
import type { AlertDetail, ThemeEvidence } from '../../../preload/contract/alerts.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { TransactionFilter } from '../../../preload/contract/transactions.ts';
import { Contributions } from '../../charts/contributions.tsx';
import { useCommandKey } from '../../app/commands.tsx';
import { useFormats } from '../../data/app-state.tsx';
import { formatCount, formatCounted, formatScore, withCapital } from '../../data/format.ts';
import { Button } from '../../ui/button.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import { reopenedWords } from './alert-columns.tsx';
import { unitWords } from './alert-text.ts';
import { AmountStripChart } from './amount-strip.tsx';
import { AlertNarrative } from './alert-narrative.tsx';
import { AlertTransactions } from './alert-transactions.tsx';
import type { EntityRef } from './entity-stack.ts';
import { sharedVerdict } from './shared-verdict.ts';
import { reasonWords } from './verdict-words.ts';
import { ThemeEvidencePicture } from './theme-evidence.tsx';
import { ThemeShares } from './theme-shares.tsx';
import { WrittenNotes } from './written-notes.tsx';

export interface DetailPaneProps {
  readonly modelId: number;
  readonly detail: AlertDetail;
  readonly openCase: CaseOverview;
  readonly onCopy: () => void;
  /** Shows some transactions of the alert in the list. */
  readonly onShowTransactions: (key: string, sequences: readonly number[]) => void;
  readonly onOpenAlert: (key: string) => void;
  /** Opens the page of an entity or of the other side. */
  readonly onOpenEntity: (entity: EntityRef) => void;
  /** Whether the page of its entity is shown already. */
  readonly isOnEntityPage?: boolean;
  readonly onSameCounterpart: () => void;
  /** Lists and selects the open alerts with the same reasons; absent where there is no list of them. */
  readonly onAlike?: () => void;
  /** Narrows the list. */
  readonly onFilter: (part: TransactionFilter) => void;
  readonly onHistory: () => void;
  /** Transactions that alone are to be judged or split off. */
  readonly chosen: readonly number[];
  readonly onChoose: (sequences: readonly number[]) => void;
  readonly onSplit: () => void;
}

/** What an alert is called: its entity with the role, or the transaction. */
export function alertTitle(detail: AlertDetail, openCase: CaseOverview): string {
  const { entity, transactions, flaggedTransactions } = detail.row;
  const role = openCase.alertEntity?.role;
  if (role === undefined) return `Transaction ${detail.row.topId}`;
  const name = `${withCapital(role)} ${entity}`;
  return `${name} · ${formatCounted(transactions, 'transaction')}, ${formatCount(flaggedTransactions)} flagged`;
}

/** Everything about one alert, in the order in which it is decided: facts, reasons, its own past, others like it. */
export const DetailPane = memo(function DetailPane(props: DetailPaneProps): ReactNode {
  const { modelId, detail, openCase, onCopy, onShowTransactions, onOpenAlert, onOpenEntity, onSameCounterpart } = props;
  const { row, facts, contributions, restContribution, restCount, sentence, smallestChanges } = detail;
  const formats = useFormats();
  const waterfall = useMemo(
    () => [
      ...contributions.map(({ label, description, value, amount }) => ({
        name: `${label}: ${value}`,
        explanation: `${description}: ${value}`,
        amount,
      })),
      ...(restCount === 0 ? [] : [{ name: `The other ${restCount}`, amount: restContribution }]),
    ],
    [contributions, restContribution, restCount],
  );
  const evidence = useMemo(() => withoutRepeats(detail.themes.flatMap((theme) => theme.evidence)), [detail.themes]);
  const sum = waterfall.reduce((total, { amount }) => total + amount, 0);
  const { amount, entity, counterpart } = row;
  const opens = (of: AlertDetail['facts'][number]['of']): FactTarget | null => {
    if (of === 'amount' && amount !== null)
      return { title: 'Only alerts from this amount up', open: () => props.onFilter({ minimumAmount: amount }) };
    if (of === 'entity' && openCase.alertEntity !== null && props.isOnEntityPage !== true)
      return { title: `Open ${entity}`, open: () => onOpenEntity({ text: entity, side: 'entity' }) };
    if (of === 'counterpart' && counterpart !== null)
      return { title: `Open ${counterpart}`, open: () => onOpenEntity({ text: counterpart, side: 'counterpart' }) };
    return null;
  };

  return (
    <>
      <header className="triage-title">
        <h2>{alertTitle(detail, openCase)}</h2>
        <p className="soft tabular">
          Score {formatScore(row.score)} · rank {formatCount(detail.rank)} of {formatCount(detail.of)}
          {row.opensMs !== null && ` · opens ${formats.columnTime(row.opensMs)}`}
          <span className="triage-links">
            {row.counterpart !== null && openCase.counterpart !== null && (
              <button
                type="button"
                className="text-link"
                title={`All alerts with ${openCase.counterpart.role} ${row.counterpart}`}
                onClick={onSameCounterpart}
              >
                Same {openCase.counterpart.role}
              </button>
            )}
            {openCase.alertEntity !== null && props.isOnEntityPage !== true && (
              <button
                type="button"
                className="text-link"
                onClick={() => onOpenEntity({ text: row.entity, side: 'entity' })}
              >
                {`All of this ${openCase.alertEntity.role}`}
              </button>
            )}
            <button type="button" className="text-link" onClick={props.onHistory}>
              History
            </button>
          </span>
        </p>
        {detail.decision !== null && <Decision decision={detail.decision} row={row} />}
        <Recommended recommendations={detail.recommendations} decision={detail.decision} />
        <Earlier
          key={row.key}
          earlier={detail.earlier}
          role={openCase.alertEntity?.role ?? 'entity'}
          onOpenAlert={onOpenAlert}
        />
      </header>

      <section aria-label="Facts">
        <span className="triage-links">
          <button type="button" className="text-link" title="Facts, reasons, notes and history" onClick={onCopy}>
            Copy as text
          </button>
        </span>
        <h3>Facts</h3>
        <dl className="triage-facts">
          {facts.map(({ label, value, isEmphasised, of }) => (
            <div key={label} data-emphasised={isEmphasised}>
              <dt>{label}</dt>
              <dd>
                <FactValue value={value} onOpen={opens(of)} />
              </dd>
            </div>
          ))}
        </dl>
        {evidence.map((each, index) => (
          <ThemeEvidencePicture key={`${each.kind} ${index}`} evidence={each} alertSequence={row.topSequence} />
        ))}
      </section>

      {detail.themes.length > 0 && <ThemeShares themes={detail.themes} unit={detail.unit} />}
      <section aria-label="Reasons">
        <h3 title={reasonsTitles[detail.unit]}>
          What pushed the score up or down{detail.unit === 'score-by-perturbation' && ', by perturbation'}
        </h3>
        <Contributions
          label={`Contributions ${unitWords[detail.unit]}`}
          contributions={waterfall}
          sum={{ name: 'Together', amount: sum }}
        />
        {sentence !== '' && detail.themes.length === 0 && <p className="triage-sentence">{sentence}</p>}
      </section>

      {smallestChanges.length > 0 && (
        <section aria-label="Smallest changes">
          <h3>Smallest change that would not be flagged</h3>
          <p>
            {smallestChanges.map((change, index) => (
              <span key={change}>
                {index > 0 && <span className="soft"> or </span>}
                {change}
              </span>
            ))}
          </p>
        </section>
      )}

      <AlertTransactions
        key={row.key}
        detail={detail}
        chosen={props.chosen}
        onChoose={props.onChoose}
        onSplit={props.onSplit}
        onOpenEntity={onOpenEntity}
      />
      <AmountStripChart
        strip={detail.strip}
        question={`This ${openCase.alertEntity?.role ?? 'entity'}, 30 days around the alert`}
        height={STRIP_HEIGHT}
        alertSequence={row.topSequence}
      />
      <Similar similar={detail.similar} onAlike={props.onAlike} onOpenAlert={onOpenAlert} />
      {detail.decision !== null && (
        <AlertNarrative modelId={modelId} alertKey={row.key} onShowTransactions={onShowTransactions} />
      )}
      <WrittenNotes notes={detail.notes} />
      <History detail={detail} />
      <Received received={detail.received} />
    </>
  );
});

const reasonsTitles: Readonly<Record<AlertDetail['unit'], string>> = {
  'path-length': 'Exact contributions to the path length over all trees; a shorter path is a higher score',
  score: "Exact contributions to the model's own score over all trees",
  'score-by-perturbation':
    "What the model's own score does where one column after the other is turned from its median to the transaction's value, on average over seeded orders",
};

/** Two themes may look at the same days of a terminal: they are shown once. */
function withoutRepeats(evidence: readonly ThemeEvidence[]): readonly ThemeEvidence[] {
  const ofDays = evidence.findIndex(({ kind }) => kind === 'days');
  return evidence.filter(({ kind }, index) => kind !== 'days' || index === ofDays);
}

interface FactTarget {
  readonly title: string;
  readonly open: () => void;
}

/** What a fact says; where it speaks of something that can be opened or filtered by, a click does so. */
function FactValue({ value, onOpen }: { readonly value: string; readonly onOpen: FactTarget | null }): ReactNode {
  if (onOpen === null) return value;
  return (
    <button type="button" className="triage-value" title={onOpen.title} onClick={onOpen.open}>
      {value}
    </button>
  );
}

/** The verdict that stands, or stood until new flags came; the score is told where it was another one then. */
function Decision({
  decision,
  row,
}: {
  readonly decision: NonNullable<AlertDetail['decision']>;
  readonly row: AlertDetail['row'];
}): ReactNode {
  const formats = useFormats();
  const { kind, reason, decidedAtMs, decidedBy, scoreAtDecision, isSameModel, closedUntilMs, transactions } = decision;
  const isSameScore = formatScore(scoreAtDecision) === formatScore(row.score);
  return (
    <p className="triage-decision tabular">
      {row.reopened === null ? (
        <VerdictMark verdict={kind} />
      ) : (
        <strong className="triage-reopened">
          <span aria-hidden="true">↻</span> {reopenedWords(row.reopened, formats.day)}
        </strong>
      )}
      <span className="soft">
        {reason !== null && ` ${reasonWords[reason]}`}, {row.reopened === null && `${formats.columnTime(decidedAtMs)} `}
        {decidedBy}
        {transactions < row.flaggedTransactions &&
          ` · ${formatCount(transactions)} of ${formatCount(row.flaggedTransactions)} flagged`}
        {closedUntilMs !== null && ` · closed until ${formats.day(closedUntilMs)}`}
        {!isSameScore && ` · score then ${formatScore(scoreAtDecision)}`}
        {!isSameModel && ' · by another model'}
        {row.isFromBelowLine && ' · drawn from below the line'}
      </span>
    </p>
  );
}

/** Who recommended what, where an outcome needs two people; whether it was decided stands above. */
function Recommended({ recommendations, decision }: Pick<AlertDetail, 'recommendations' | 'decision'>): ReactNode {
  const formats = useFormats();
  return recommendations.map(({ by, atMs, kind, reason, signedBy }) => (
    <p key={`${by} ${atMs}`} className="triage-decision tabular">
      <strong>Recommended {kind}</strong>
      <span className="soft">
        {reason !== null && ` ${reasonWords[reason]}`}, {formats.columnTime(atMs)} {by}
        {signedBy !== null && ` · signed, key ${signedBy.slice(0, 12)}`}
        {(decision === null || decision.decidedAtMs < atMs) && ' · waits for a second person'}
      </span>
    </p>
  ));
}

/** Earlier verdicts that are listed before the rest is asked for. */
const FIRST_EARLIER = 3;

/** What was decided on other alerts of the same entity, newest first. */
function Earlier({
  earlier,
  role,
  onOpenAlert,
}: {
  readonly earlier: AlertDetail['earlier'];
  readonly role: string;
  readonly onOpenAlert: (key: string) => void;
}): ReactNode {
  const formats = useFormats();
  const [isWhole, setWhole] = useState(false);
  if (earlier.length === 0) return null;
  const listed = isWhole ? earlier : earlier.slice(0, FIRST_EARLIER);
  return (
    <ul className="triage-earlier" aria-label={`Verdicts on other alerts of this ${role}`}>
      {listed.map(({ key, kind, reason, decidedAtMs, decidedBy, timeMs, transactions }) => (
        <li key={key} className="tabular ellipsis" title={`Decided ${formats.time(decidedAtMs)}`}>
          <VerdictMark verdict={kind} />{' '}
          <button type="button" className="text-link" onClick={() => onOpenAlert(key)}>
            {timeMs === null ? 'another alert' : formats.columnTime(timeMs)}
          </button>
          <span className="soft">
            , {formatCounted(transactions, 'transaction')}
            {reason !== null && `, ${reasonWords[reason]}`}, {decidedBy}
          </span>
        </li>
      ))}
      {earlier.length > listed.length && (
        <li>
          <button type="button" className="text-link" onClick={() => setWhole(true)}>
            {formatCount(earlier.length - listed.length)} more verdicts on this {role}
          </button>
        </li>
      )}
    </ul>
  );
}

const STRIP_HEIGHT = 116;

function Similar({
  similar,
  onAlike,
  onOpenAlert,
}: {
  readonly similar: AlertDetail['similar'];
  readonly onAlike: (() => void) | undefined;
  readonly onOpenAlert: (key: string) => void;
}): ReactNode {
  const { alerts, decided, fraud, open, unexplained } = similar;
  const sameKey = useCommandKey('triage.same');
  const alikeKey = useCommandKey('triage.alike');
  if (alerts.length + open.length === 0) return null;
  return (
    <section aria-label="Similar alerts">
      <h3>Similar alerts</h3>
      <p className="tabular">
        {decided === 0 ? (
          <span className="soft">None of them is decided yet</span>
        ) : (
          <>
            <strong className={fraud > 0 ? 'triage-flag' : undefined}>
              {fraud} of {decided} fraud
            </strong>
            <span className="soft"> among those decided</span>
            {sharedVerdict(alerts) !== null && sameKey !== null && (
              <span className="soft triage-same">
                <KeyHint keys={sameKey} /> decides the same
              </span>
            )}
          </>
        )}
      </p>
      {open.length > 0 && onAlike !== undefined && (
        <p className="tabular">
          <Button keyHint={alikeKey} onClick={onAlike}>
            Show and select {formatCounted(open.length, 'open alert')} with the same reasons
          </Button>
          {unexplained > 0 && <span className="soft"> {formatCount(unexplained)} not compared yet</span>}
        </p>
      )}
      <ul className="triage-similar">
        {alerts.map(({ key, name, score, sharedReasons, verdict }) => (
          <li key={key}>
            <button type="button" className="text-link" onClick={() => onOpenAlert(key)}>
              {name}
            </button>
            <span className="tabular">{formatScore(score)}</span>
            <span className="soft ellipsis" title={sharedReasons}>
              {sharedReasons}
            </span>
            <VerdictMark verdict={verdict} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function History({ detail }: { readonly detail: AlertDetail }): ReactNode {
  const formats = useFormats();
  if (detail.history.length === 0) return null;
  return (
    <section aria-label="History">
      <h3>History</h3>
      <ul className="triage-history">
        {detail.history.map(({ atMs, by, what }, index) => (
          <li key={index}>
            <span className="soft tabular nowrap">{formats.columnTime(atMs)}</span>
            <span>{what}</span>
            <span className="soft ellipsis">{by}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The bytes as they came, as text: whatever they hold, they are never read as markup. */
function Received({ received }: { readonly received: AlertDetail['received'] }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <section aria-label="As received">
      <h3>
        <button type="button" className="triage-disclosure" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? '▾' : '▸'} As received
        </button>{' '}
        <span className="soft triage-place" title={received.source}>
          line {formatCount(received.line)}, byte {formatCount(received.byteOffset)} of{' '}
          {received.source.split(/[/\\]/u).at(-1)}
        </span>
      </h3>
      {isOpen && (
        <pre className="triage-received" tabIndex={0}>
          {received.text}
        </pre>
      )}
    </section>
  );
}
