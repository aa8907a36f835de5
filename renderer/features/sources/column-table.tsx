import { useMemo } from 'react';
import type { ColumnKind, ColumnRole, StatedColumn } from '../../../engine/domain/profile.ts';
import type { ColumnReport } from '../../../preload/contract/recordings.ts';
import { useWindowState } from '../../data/app-state.tsx';
import { formatCount } from '../../data/format.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { DataColumn } from '../../ui/data-table.tsx';
import { Select } from '../../ui/field.tsx';
import { isTableLayout, untouchedLayout } from '../../ui/table-layout.ts';
import {
  kindWords,
  optionsOf,
  personalChoiceOf,
  personalChoiceWords,
  personalOverride,
  roleWords,
  type PersonalChoice,
} from './role-words.ts';

const roleOptions = optionsOf(roleWords);
const kindOptions = optionsOf(kindWords);
const personalOptions = optionsOf(personalChoiceWords);
const doubtfulBelow = 0.6;
const sureWords = (confidence: number): string => `${Math.round(confidence * 100)} %`;

/** The receipt of reading, column by column. */
const totalColumns: readonly DataColumn<ColumnReport>[] = [
  {
    id: 'present',
    title: 'Present',
    widthPx: 96,
    align: 'right',
    text: ({ totals }) => (totals === null ? '' : formatCount(totals.present)),
  },
  {
    id: 'missing',
    title: 'Missing',
    widthPx: 88,
    align: 'right',
    text: ({ totals }) => (totals === null ? '' : formatCount(totals.missing)),
  },
  {
    id: 'distinct',
    title: 'Distinct',
    widthPx: 110,
    align: 'right',
    text: ({ totals }) =>
      totals === null ? '' : `${totals.distinctIsExact ? '' : 'about '}${formatCount(totals.distinct)}`,
  },
  { id: 'from', title: 'Least', widthPx: 190, text: ({ totals }) => totals?.from ?? '' },
  { id: 'to', title: 'Greatest', widthPx: 190, text: ({ totals }) => totals?.to ?? '' },
  { id: 'sum', title: 'Sum', widthPx: 140, align: 'right', text: ({ totals }) => totals?.sum ?? '' },
];

/** What a person says of a column. */
export type ColumnChange = Pick<StatedColumn, 'role' | 'kind' | 'personal' | 'keepClear'>;

export interface ColumnTableProps {
  readonly columns: readonly ColumnReport[];
  readonly onChange: (name: string, change: ColumnChange) => void;
  /** What is kept of data of people is decided before the first row is stored. */
  readonly isStored?: boolean;
  readonly isReadOnly?: boolean;
  readonly fitsRows?: boolean;
  /** Columns that cannot be what was said of them, and why; they stand as they were. */
  readonly problems?: ReadonlyMap<string, string>;
}

const noProblems: ReadonlyMap<string, string> = new Map();

/** What each column means, how sure that is and why; the meaning is changed where it stands. */
export function ColumnTable({
  columns,
  onChange,
  isReadOnly = false,
  isStored = false,
  fitsRows = false,
  problems = noProblems,
}: ColumnTableProps) {
  const [layout, setLayout] = useWindowState('sources.columns', untouchedLayout, isTableLayout);
  const hasTotals = columns.some(({ totals }) => totals !== null);
  const tableColumns = useMemo<readonly DataColumn<ColumnReport>[]>(
    () => [
      { id: 'name', title: 'Column', widthPx: 180, text: (row) => row.name },
      {
        id: 'role',
        title: 'Meaning',
        widthPx: 170,
        text: (row) => roleWords[row.role],
        render: (row) => (
          <Select<ColumnRole>
            label={`Meaning of ${row.name}`}
            layout="hidden"
            value={row.role}
            options={roleOptions}
            disabled={isReadOnly}
            onChange={(role) => onChange(row.name, { role })}
          />
        ),
      },
      {
        id: 'kind',
        title: 'Read as',
        widthPx: 112,
        text: (row) => kindWords[row.kind],
        render: (row) => (
          <Select<ColumnKind>
            label={`Kind of ${row.name}`}
            layout="hidden"
            value={row.kind}
            options={kindOptions}
            disabled={isReadOnly}
            onChange={(kind) => onChange(row.name, { kind })}
          />
        ),
      },
      {
        id: 'personal',
        title: 'Data of people',
        widthPx: 176,
        text: (row) => (row.personal === undefined ? '' : personalChoiceWords[personalChoiceOf(row)]),
        ...(isStored
          ? {}
          : {
              render: (row: ColumnReport) => (
                <Select<PersonalChoice>
                  label={`Data of people in ${row.name}`}
                  layout="hidden"
                  value={personalChoiceOf(row)}
                  options={personalOptions}
                  disabled={isReadOnly}
                  onChange={(choice) => onChange(row.name, personalOverride(choice))}
                />
              ),
            }),
      },
      {
        id: 'confidence',
        title: 'Sure',
        widthPx: 72,
        align: 'right',
        text: (row) => sureWords(row.confidence),
        render: (row) =>
          row.confidence < doubtfulBelow ? (
            <span className="sources-doubt">
              <span aria-hidden="true">? </span>
              {sureWords(row.confidence)}
              <span className="visually-hidden"> doubtful</span>
            </span>
          ) : (
            sureWords(row.confidence)
          ),
      },
      {
        id: 'reason',
        title: 'Why',
        widthPx: 380,
        text: (row) => problems.get(row.name) ?? row.reason,
        render: (row) => {
          const problem = problems.get(row.name);
          return problem === undefined ? (
            row.reason
          ) : (
            <span className="sources-problem" title={problem}>
              <span aria-hidden="true">▲ </span>
              not taken, stays {roleWords[row.role]}
            </span>
          );
        },
      },
      ...(hasTotals ? totalColumns : []),
      { id: 'used', title: 'Used as', widthPx: 160, text: (row) => row.usedAs.join(', ') },
    ],
    [onChange, isReadOnly, isStored, hasTotals, problems],
  );
  return (
    <DataTable
      label="Columns and their meaning"
      columns={tableColumns}
      rows={columns}
      rowKey={nameOf}
      layout={layout}
      onLayout={setLayout}
      fitsRows={fitsRows}
    />
  );
}

function nameOf(column: ColumnReport): string {
  return column.name;
}
