import '@fontsource-variable/inter/wght.css';
import '../tokens.css';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Button, IconButton } from '../button.tsx';
import { Chip } from '../chip.tsx';
import { DataTable, type DataColumn } from '../data-table.tsx';
import { Checkbox, Field, NumberField, Segmented, Select } from '../field.tsx';
import { Icon } from '../icon.tsx';
import { KeyHint } from '../key-hint.tsx';
import { Progress } from '../progress.tsx';
import { EmptyState, ErrorState } from '../states.tsx';
import { VerdictMark } from '../verdict-mark.tsx';

/*
 * Every state of the components that are drawn in their place, for `npm run pictures`. The name of each section is the name of its
 * file. What floats over the window (dialog, menu, toast, tooltip) is in the pictures of the places.
 */

const nothing = (): void => undefined;
const grids = [
  { value: 'day', text: 'Day' },
  { value: 'week', text: 'Week' },
] as const;

interface Payment {
  readonly id: string;
  readonly card: string;
  readonly amount: number;
}
const payments: readonly Payment[] = [
  { id: 'P1', card: 'K4711', amount: 912.4 },
  { id: 'P2', card: 'K0815', amount: 8.5 },
  { id: 'P3', card: 'K1234', amount: 64 },
];
const columns: readonly DataColumn<Payment>[] = [
  { id: 'id', title: 'Id', widthPx: 90, text: ({ id }) => id },
  { id: 'card', title: 'Card', widthPx: 120, text: ({ card }) => card, isSortable: true },
  {
    id: 'amount',
    title: 'Amount',
    widthPx: 120,
    text: ({ amount }) => amount.toFixed(2),
    align: 'right',
    isSortable: true,
  },
];

const sections: Readonly<Record<string, ReactNode>> = {
  button: (
    <>
      {(['plain', 'primary', 'flag', 'quiet'] as const).map((tone) => (
        <p key={tone}>
          <Button tone={tone}>{tone}</Button> <Button tone={tone} keyHint="f" children="with its key" />{' '}
          <Button tone={tone} disabled>
            disabled
          </Button>{' '}
          <Button tone={tone} keyHint="f" offBecause="The case is open for reading only.">
            off
          </Button>
        </p>
      ))}
      <IconButton label="Close">×</IconButton>
    </>
  ),
  chip: (
    <>
      <Chip>plain</Chip> <Chip isActive>active</Chip> <Chip onClick={nothing}>to press</Chip>{' '}
      <Chip onClick={nothing} isActive>
        pressed
      </Chip>{' '}
      <Chip onRemove={nothing}>to remove</Chip>
    </>
  ),
  'data-table': (
    <DataTable
      label="Payments"
      columns={columns}
      rows={payments}
      rowKey={({ id }) => id}
      selectedKey="P2"
      markedKeys={new Set(['P3'])}
      onMark={nothing}
      sort={[{ id: 'amount', descending: true }]}
      onSort={nothing}
      fitsRows
    />
  ),
  field: (
    <>
      <Field label="Name" value="" onChange={nothing} placeholder="empty" />
      <Field label="Name" value="Ines Duarte" onChange={nothing} hint="For the history." />
      <Field label="Name" value="?" onChange={nothing} error="A name has letters." />
      <Field label="Name" value="off" onChange={nothing} disabled />
      <NumberField label="Trees" value={100} onChange={nothing} unit="trees" />
      <NumberField label="Trees" value={null} onChange={nothing} disabled />
      <Select label="Every" value="day" options={grids} onChange={nothing} />
      <Select label="Every" value="week" options={grids} onChange={nothing} disabled />
      <Checkbox label="not chosen" checked={false} onChange={nothing} />
      <Checkbox label="chosen" checked onChange={nothing} />
      <Checkbox label="off" checked={false} disabled onChange={nothing} />
      <Segmented label="Every" value="day" options={grids} onChange={nothing} />
    </>
  ),
  icon: (
    <>
      {(['sources', 'tuning', 'triage', 'explore', 'models', 'exports', 'close', 'down', 'up', 'more'] as const).map(
        (name) => (
          <Icon key={name} name={name} />
        ),
      )}
    </>
  ),
  'key-hint': (
    <>
      <KeyHint keys="f" /> <KeyHint keys="Ctrl+K" /> <KeyHint keys="Escape" /> <KeyHint keys="ArrowDown" />
    </>
  ),
  progress: (
    <>
      <Progress label="none" share={0} /> <Progress label="some" share={0.4} /> <Progress label="all" share={1} />{' '}
      <Progress label="unknown" share={null} />
    </>
  ),
  states: (
    <>
      <EmptyState title="No alerts yet" actions={<Button>Go to Tuning</Button>}>
        Train a model, and the alerts are here.
      </EmptyState>
      <ErrorState
        title="The case cannot be read"
        error={{ code: 'CASE_CORRUPT', message: 'Rows 4096 to 8191 are damaged.', nextStep: 'Open a backup.' }}
        whatIsSafe="All other rows."
        onRetry={nothing}
      />
    </>
  ),
  'verdict-mark': (
    <>
      {(['fraud', 'legitimate', 'valuable', 'unsure'] as const).map((verdict) => (
        <p key={verdict}>
          <VerdictMark verdict={verdict} />
        </p>
      ))}
    </>
  ),
};

const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(
    Object.entries(sections).map(([name, content]) => (
      <section key={name} data-component={name} style={{ width: 560, padding: 16 }}>
        {content}
      </section>
    )),
  );
