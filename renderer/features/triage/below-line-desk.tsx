import { useCallback, useMemo, useRef, type ReactNode } from 'react';
import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { useGoTo } from '../../app/go-to.tsx';
import type { BelowLineRow } from '../../../preload/contract/below-line.ts';
import type { CaseOverview } from '../../../preload/contract/cases.ts';
import type { ModelListItem } from '../../../preload/contract/models.ts';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { isTextOrNull, useCaseState, useFormats } from '../../data/app-state.tsx';
import type { CaseFormats } from '../../data/case-formats.ts';
import { useBelowLine } from '../../data/below-line.ts';
import { formatCount, withCapital } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { DataTable, type DataColumn } from '../../ui/data-table.tsx';
import { NumberField } from '../../ui/field.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { VerdictMark } from '../../ui/verdict-mark.tsx';
import { useChangedRows } from './changed-rows.ts';
import { DeskSplit } from './desk-split.tsx';
import { neighbour } from './next-selection.ts';
import { NoteEditor } from './note-editor.tsx';
import { useDecisions } from './use-decisions.ts';
import { VerdictBar } from './verdict-bar.tsx';
import { WrittenNotes } from './written-notes.tsx';

const NOTHING_CHECKED: ReadonlySet<string> = new Set();

/**
 * A random sample of what is not flagged, judged with the keys of Triage and blind: neither score, reason nor rank is
 * shown, nor sent to the window.
 */
export function BelowLineDesk({
  openCase,
  model,
  onLeave,
}: {
  readonly openCase: CaseOverview;
  readonly model: ModelListItem;
  readonly onLeave: () => void;
}): ReactNode {
  const formats = useFormats();
  const goTo = useGoTo();
  const sample = useBelowLine(model.id);
  const [chosen, setSelected] = useCaseState<string | null>('belowLine.selected', null, isTextOrNull);
  const desk = useRef<HTMLDivElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const { rows, change, reload } = useChangedRows(sample.data?.rows, sample.refetch);
  const order = useMemo(() => rows.map(({ key }) => key), [rows]);
  const selected =
    chosen !== null && order.includes(chosen)
      ? chosen
      : (rows.find(({ verdict }) => verdict === null)?.key ?? order[0] ?? null);
  const decisions = useDecisions({
    modelId: model.id,
    alerts: { change, reload, refresh: () => Promise.resolve(reload()) },
    order,
    selected,
    checked: NOTHING_CHECKED,
    chosen: [],
    closedUntilMs: null,
    isBlind: false,
    nameOf: (key) => rows.find((row) => row.key === key)?.id ?? key,
    onSelect: setSelected,
    onClear: () => undefined,
  });
  const detail = useRequest(
    'belowLine.detail',
    { modelId: model.id, key: selected ?? '' },
    { isEnabled: selected !== null, keepsPrevious: true },
  );
  const columns = useMemo(() => sampleColumns(openCase, formats), [openCase, formats]);
  const decided = rows.filter(({ verdict }) => verdict !== null).length;
  const toGrid = useCallback(() => desk.current?.querySelector<HTMLElement>('[role="grid"]')?.focus(), []);

  useCommand('triage.next', () => setSelected(neighbour(order, selected, 1)));
  useCommand('triage.previous', () => setSelected(neighbour(order, selected, -1)));
  useCommand('triage.note', selected === null ? null : () => note.current?.focus());
  useCommand('triage.refresh', reload);
  useCommand('triage.belowLine', onLeave);

  if (sample.error !== null)
    return <ErrorState title="The sample could not be read" error={sample.error} onRetry={sample.refetch} />;
  const report = sample.data?.report;
  if (report === undefined) return null;
  return (
    <DeskSplit
      desk={desk}
      mainLabel="Below the line"
      detailLabel="Selected transaction"
      main={
        <div className="triage-main">
          <div className="triage-filters">
            <div className="triage-filter-line">
              <Chip isActive onClick={onLeave}>
                Below the line
              </Chip>
              <NumberField
                label="Sample"
                layout="row"
                value={report.sampled}
                minimum={1}
                maximum={Math.min(5000, Math.max(1, report.rowsBelow))}
                step={50}
                isInteger
                widthPx={64}
                onChange={sample.setRows}
              />
              <NumberField
                label="Seed"
                layout="row"
                value={sample.seed}
                minimum={0}
                maximum={0xffff_ffff}
                isInteger
                widthPx={64}
                onChange={sample.setSeed}
              />
              <Button tone="quiet" onClick={() => goTo('tuning')}>
                Estimate in Tuning
              </Button>
              <span className="triage-total soft tabular" role="status">
                {formatCount(decided)} of {formatCount(rows.length)} decided
              </span>
            </div>
            <p className="soft triage-blind">
              Drawn at random from {formatCount(report.rowsBelow)} transactions that are not flagged. Score, reasons and
              rank stay hidden.
            </p>
          </div>
          <DataTable
            label="Below the line"
            columns={columns}
            rows={rows}
            rowKey={keyOf}
            selectedKey={selected}
            onSelect={setSelected}
            empty={<EmptyState title="Nothing is below the line">Every transaction is flagged.</EmptyState>}
          />
        </div>
      }
      story={
        <>
          {detail.error !== null && (
            <ErrorState title="The transaction could not be read" error={detail.error} onRetry={detail.refetch} />
          )}
          {detail.data !== undefined && (
            <BlindDetail detail={detail.data} row={rows.find(({ key }) => key === detail.data?.key)} />
          )}
        </>
      }
      actions={
        selected !== null && (
          <div className="triage-actions">
            <NoteEditor
              key={selected}
              modelId={model.id}
              alertKey={selected}
              field={note}
              onAdded={() => decisions.noted(selected)}
              onLeave={toGrid}
            />
            <VerdictBar decisions={decisions} checked={0} onNote={() => note.current?.focus()} />
          </div>
        )
      }
    />
  );
}

/** The way to the sample, beside the filters of the alerts. */
export function BelowLineChip({ onEnter }: { readonly onEnter: () => void }): ReactNode {
  const key = useCommandKey('triage.belowLine');
  useCommand('triage.belowLine', onEnter);
  return (
    <Chip isActive={false} onClick={onEnter}>
      <span title={key === null ? undefined : `Key: ${key}`}>Below the line</span>
    </Chip>
  );
}

function BlindDetail({
  detail,
  row,
}: {
  readonly detail: RequestOutput<'belowLine.detail'>;
  readonly row: BelowLineRow | undefined;
}): ReactNode {
  return (
    <>
      <header className="triage-title">
        <h2>Transaction {row?.id ?? ''}</h2>
        {row !== undefined && row.verdict !== null && (
          <p className="triage-decision">
            <VerdictMark verdict={row.verdict} />
          </p>
        )}
      </header>
      <section aria-label="Facts">
        <h3>Facts</h3>
        <dl className="triage-facts">
          {detail.facts.map(({ label, value, isEmphasised }) => (
            <div key={label} data-emphasised={isEmphasised}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-label="Transaction">
        <h3>Transaction</h3>
        <dl className="triage-facts">
          {detail.cells.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <WrittenNotes notes={detail.notes} />
    </>
  );
}

function keyOf({ key }: BelowLineRow): string {
  return key;
}

function sampleColumns(openCase: CaseOverview, formats: CaseFormats): readonly DataColumn<BelowLineRow>[] {
  const entity: readonly DataColumn<BelowLineRow>[] =
    openCase.alertEntity === null
      ? []
      : [{ id: 'entity', title: withCapital(openCase.alertEntity.role), widthPx: 110, text: (row) => row.entity }];
  return [
    { id: 'id', title: 'Transaction', widthPx: 150, text: ({ id }) => id },
    ...entity,
    {
      id: 'amount',
      title: formats.currency === null ? 'Amount' : `Amount ${formats.currency}`,
      widthPx: 110,
      align: 'right',
      text: ({ amount, currency }) => formats.amount(amount, currency === formats.currency ? null : currency),
    },
    {
      id: 'time',
      title: `Time (${formats.column.name})`,
      widthPx: 120,
      text: ({ timeMs }) => formats.columnTime(timeMs),
    },
    {
      id: 'counterpart',
      title: withCapital(openCase.counterpart?.role ?? 'counterpart'),
      widthPx: 110,
      text: ({ counterpart }) => counterpart ?? '',
    },
    {
      id: 'verdict',
      title: 'Verdict',
      widthPx: 110,
      text: ({ verdict }) => verdict ?? '',
      render: ({ verdict, snoozedUntilMs, hasNote }) => (
        <>
          {verdict === null && snoozedUntilMs !== null ? (
            <span className="soft">◷ snoozed</span>
          ) : (
            <VerdictMark verdict={verdict} />
          )}
          {hasNote && (
            <span className="soft" title="has a note">
              {' '}
              ✎<span className="visually-hidden"> has a note</span>
            </span>
          )}
        </>
      ),
    },
  ];
}
