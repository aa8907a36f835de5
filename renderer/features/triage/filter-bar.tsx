import { useEffect, useState, type ReactNode, type RefObject } from 'react';
import type { AlertFilter } from '../../../preload/contract/alert-choice.ts';
import type { AlertListFormat } from '../../../preload/contract/exports.ts';
import { useFilterWords } from '../../app/filter-chips.tsx';
import { LearnButton } from '../../app/learning.tsx';
import { useCase } from '../../data/app-state.tsx';
import { formatCount, formatCounted } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { themeNames } from '../../data/theme-names.ts';
import { Button } from '../../ui/button.tsx';
import { Chip } from '../../ui/chip.tsx';
import { NumberField, Select } from '../../ui/field.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { columnsOf, type ColumnContext } from './alert-columns.tsx';
import { BelowLineChip } from './below-line-desk.tsx';
import { isShown, toggledColumn, type ColumnLayout } from './column-layout.ts';
import { filterChips, isOfKeys, toggleTheme, toggleVerdict, verdictFilters } from '../../data/filter-chips.ts';
import { pastedIds, pastedWords } from './pasted-ids.ts';
import { useCopyText } from './use-copy-text.ts';
import { errorWords } from '../../ui/error-words.ts';

export interface FilterBarProps {
  readonly modelId: number;
  readonly filter: AlertFilter;
  readonly onFilter: (filter: AlertFilter) => void;
  readonly onBelowLine: () => void;
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number | null;
  readonly transactions: number;
  /** Whether rows show the transactions that passed, which need not be the most anomalous. */
  readonly showsMatched: boolean;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly searchKey: string | null;
  readonly onLeaveSearch: () => void;
  readonly context: ColumnContext;
  /** Alerts that are still to be explained before the list is in order. */
  readonly unexplained: number;
  readonly layout: ColumnLayout;
  readonly onLayout: (layout: ColumnLayout) => void;
  readonly onCopyRows: () => void;
  readonly copyKey: string | null;
  /** What saves the alerts listed in a format; null while that cannot be done. */
  readonly onSave: (format: AlertListFormat) => (() => void) | null;
  readonly onReload: () => void;
  readonly reloadKey: string | null;
}

const SEARCH_AFTER_MS = 220;

/** Which alerts are in the list: search, verdicts with their counts, and every other condition as a chip. */
export function FilterBar(props: FilterBarProps): ReactNode {
  const { filter, onFilter, counts, total, context, layout, onLayout } = props;
  const [isOpen, setIsOpen] = useState(false);
  const chips = filterChips(filter, useFilterWords());
  const columns = columnsOf(context);
  return (
    <div className="triage-filters">
      <div className="triage-filter-line">
        <SearchBox {...props} />
        <div className="triage-chips" role="group" aria-label="Verdict">
          {verdictFilters
            .filter(({ value }) => value === 'none' || (counts[value] ?? 0) > 0 || filter.verdict?.includes(value))
            .map(({ value, words }) => (
              <Chip
                key={value}
                isActive={filter.verdict?.includes(value) ?? false}
                onClick={() => onFilter(toggleVerdict(filter, value))}
              >
                {words} <span className="soft tabular">{formatCount(counts[value] ?? 0)}</span>
              </Chip>
            ))}
        </div>
        {chips.map(({ id, name, value, without }) => (
          <Chip key={id} removeLabel={`Remove ${name} ${value}`} onRemove={() => onFilter(without)}>
            {name} <strong>{value}</strong>
          </Chip>
        ))}
        <Chip isActive={isOpen} onClick={() => setIsOpen(!isOpen)}>
          + filter
        </Chip>
        <BelowLineChip onEnter={props.onBelowLine} />
        <LearnButton isShort />
        <span className="triage-total soft tabular" role="status">
          {total === null ? (
            'Reading'
          ) : (
            <>
              <span>{formatCounted(total, 'alert')}</span>
              <span>= {formatCounted(props.transactions, 'transaction')}</span>
            </>
          )}
        </span>
        <Menu
          button="⋮"
          label="List"
          align="end"
          className="button triage-list-menu"
          entries={[
            { text: 'Copy rows with headers', keyHint: props.copyKey, onSelect: props.onCopyRows },
            ...saveEntries(props.onSave),
            { text: 'Read the list anew', keyHint: props.reloadKey, onSelect: props.onReload },
            { kind: 'line' },
            { kind: 'heading', text: 'Columns' },
            ...columns.map((column) => ({
              text: column.title(context),
              isChecked: isShown(column, layout),
              keepsOpen: true,
              onSelect: () => onLayout(toggledColumn(columns, layout, column.id)),
            })),
          ]}
        />
      </div>
      {props.showsMatched && (
        <p className="soft triage-blind">
          Each row shows the transaction that passed the filter; its score is the alert’s.
        </p>
      )}
      {props.unexplained > 0 && (
        <p className="soft triage-blind" role="status">
          {formatCounted(props.unexplained, 'alert')} not explained yet: the list is read again when all are.
        </p>
      )}
      {filter.anyOf !== undefined && filter.anyOf.length > 1 && !isOfKeys(filter.anyOf) && (
        <PastedIds modelId={props.modelId} ids={filter.anyOf} />
      )}
      {isOpen && <MoreFilters modelId={props.modelId} filter={filter} onFilter={onFilter} />}
    </div>
  );
}

/** What became of the ids that were pasted; those without an alert can be copied, to be looked for elsewhere. */
function PastedIds({ modelId, ids }: { readonly modelId: number; readonly ids: readonly string[] }): ReactNode {
  const copy = useCopyText();
  const pasted = useRequest('alerts.pasted', { modelId, ids: [...ids] }).data;
  if (pasted === undefined) return null;
  const copyOf = (part: readonly string[], what: string): ReactNode =>
    part.length > 0 && (
      <Button tone="quiet" onClick={() => copy(part.join('\n'), `${formatCount(part.length)} ids copied`)}>
        Copy the {what}
      </Button>
    );
  return (
    <p className="soft triage-blind" role="status">
      {pastedWords(pasted)} {copyOf(pasted.notFlagged, 'ones not flagged')} {copyOf(pasted.unknown, 'unknown ones')}
    </p>
  );
}

function saveEntries(onSave: FilterBarProps['onSave']): readonly MenuEntry[] {
  const formats = [
    { format: 'csv', name: 'CSV' },
    { format: 'parquet', name: 'Parquet' },
  ] as const;
  return formats.map(({ format, name }) => {
    const save = onSave(format);
    return { text: `Save these alerts as ${name}…`, isDisabled: save === null, onSelect: () => save?.() };
  });
}

function SearchBox({ filter, onFilter, search, searchKey, onLeaveSearch }: FilterBarProps): ReactNode {
  const [text, setText] = useState(filter.search ?? '');
  const [isTyping, setIsTyping] = useState(false);
  useEffect(() => {
    if (!isTyping) return undefined;
    const timer = setTimeout(() => {
      setIsTyping(false);
      const { search: _former, ...rest } = filter;
      onFilter(text.trim() === '' ? rest : { ...rest, search: text.trim() });
    }, SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isTyping, text, filter, onFilter]);
  const shown = isTyping ? text : (filter.search ?? '');

  return (
    <span className="triage-search">
      <input
        ref={search}
        type="text"
        className="input"
        aria-label="Search alerts, or paste ids"
        placeholder="Search or paste ids"
        spellCheck={false}
        autoComplete="off"
        value={shown}
        onChange={(event) => {
          setText(event.target.value);
          setIsTyping(true);
        }}
        onPaste={(event) => {
          const ids = pastedIds(event.clipboardData.getData('text/plain'));
          if (ids === null) return;
          event.preventDefault();
          onFilter({ ...filter, anyOf: [...ids] });
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return;
          event.preventDefault();
          event.stopPropagation();
          onLeaveSearch();
        }}
      />
      {shown === '' && searchKey !== null && <KeyHint keys={searchKey} />}
    </span>
  );
}

function MoreFilters({
  modelId,
  filter,
  onFilter,
}: {
  readonly modelId: number;
  readonly filter: AlertFilter;
  readonly onFilter: (filter: AlertFilter) => void;
}): ReactNode {
  const openCase = useCase();
  const profile = useRequest('profile.read', {}, { isEnabled: openCase !== null });
  const columns = (profile.data?.columns ?? []).filter(({ kind, role }) => kind === 'category' && role !== 'ignored');
  const [column, setColumn] = useState('');
  const model = useRequest('models.list', {}).data?.find(({ id }) => id === modelId);
  const themes = model?.themes ?? [];
  const values = useRequest('alerts.columnValues', { modelId, column, limit: 50 }, { isEnabled: column !== '' });
  const allowed = filter.columns?.[column] ?? [];

  return (
    <div className="triage-more">
      <NumberField
        label="Amount from"
        layout="row"
        value={filter.minimumAmount ?? null}
        onChange={(minimumAmount) => onFilter({ ...filter, minimumAmount })}
      />
      <NumberField
        label="to"
        layout="row"
        value={filter.maximumAmount ?? null}
        onChange={(maximumAmount) => onFilter({ ...filter, maximumAmount })}
      />
      <Select
        label="Column"
        layout="row"
        value={column}
        options={[{ value: '', text: 'choose' }, ...columns.map(({ name }) => ({ value: name, text: name }))]}
        onChange={setColumn}
      />
      {column !== '' && (
        <div className="triage-values" role="group" aria-label={`Values of ${column}`}>
          {values.error !== null && <span role="alert">▲ {errorWords(values.error)}</span>}
          {(values.data ?? []).map(({ text, alerts }) => (
            <Chip
              key={text}
              isActive={allowed.includes(text)}
              onClick={() => {
                const next = allowed.includes(text) ? allowed.filter((other) => other !== text) : [...allowed, text];
                const { [column]: _former, ...others } = filter.columns ?? {};
                onFilter({ ...filter, columns: next.length === 0 ? others : { ...others, [column]: next } });
              }}
            >
              {text === '' ? '(empty)' : text} <span className="soft tabular">{formatCount(alerts)}</span>
            </Chip>
          ))}
        </div>
      )}
      {themes.length > 0 && (
        <div className="triage-values" role="group" aria-label="Leading theme">
          <span className="soft">Leading theme</span>
          {themes.map((theme) => (
            <Chip
              key={theme}
              isActive={filter.themes?.includes(theme) ?? false}
              onClick={() => onFilter(toggleTheme(filter, theme))}
            >
              {themeNames[theme]}
            </Chip>
          ))}
        </div>
      )}
      {Object.keys(filter).length > 0 && (
        <Button tone="quiet" onClick={() => onFilter({})}>
          Clear all
        </Button>
      )}
    </div>
  );
}
