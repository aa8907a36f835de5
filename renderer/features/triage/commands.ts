import type { CommandDefinition } from '../../app/command.ts';

const place = 'triage';

export const triageCommands: readonly CommandDefinition[] = [
  { id: 'triage.next', title: 'Triage: next alert', key: 'j', place, isRepeatable: true },
  { id: 'triage.previous', title: 'Triage: previous alert', key: 'k', place, isRepeatable: true },
  { id: 'triage.fraud', title: 'Triage: fraud', key: 'f', place },
  { id: 'triage.legitimate', title: 'Triage: legitimate', key: 'l', place },
  { id: 'triage.valuable', title: 'Triage: valuable though legitimate', key: 'v', place },
  { id: 'triage.unsure', title: 'Triage: unsure', key: 'u', place },
  { id: 'triage.same', title: 'Triage: decide as the similar alerts', key: 'y', place },
  { id: 'triage.choice1', title: 'Triage: first reason', key: '1', place },
  { id: 'triage.choice2', title: 'Triage: second reason', key: '2', place },
  { id: 'triage.choice3', title: 'Triage: third reason', key: '3', place },
  { id: 'triage.choice4', title: 'Triage: fourth reason', key: '4', place },
  { id: 'triage.choice5', title: 'Triage: fifth reason', key: '5', place },
  { id: 'triage.choice6', title: 'Triage: sixth reason', key: '6', place },
  { id: 'triage.note', title: 'Triage: write a note', key: 'n', place },
  { id: 'triage.snooze', title: 'Triage: snooze for a day', key: 's', place },
  { id: 'triage.undo', title: 'Triage: undo', key: 'z', place },
  { id: 'triage.search', title: 'Triage: search or paste ids', key: '/', place },
  { id: 'triage.select', title: 'Triage: select this alert', key: 'x', place },
  { id: 'triage.selectRange', title: 'Triage: select up to here, or all in the filter', key: 'X', place },
  { id: 'triage.clearSelection', title: 'Triage: clear the selection', key: 'Escape', place },
  { id: 'triage.expand', title: 'Triage: show the transactions of the alert', key: 'o', place },
  { id: 'triage.copy', title: 'Triage: copy the alert as text', key: 'c', place },
  { id: 'triage.copyRows', title: 'Triage: copy rows with headers', key: 'C', place },
  { id: 'triage.exportCsv', title: 'Triage: save the alerts listed as CSV', key: null, place },
  { id: 'triage.exportParquet', title: 'Triage: save the alerts listed as Parquet', key: null, place },
  { id: 'triage.refresh', title: 'Triage: read the list anew', key: 'r', place },
  { id: 'triage.counterpart', title: 'Triage: alerts with the same terminal or merchant', key: 'p', place },
  { id: 'triage.entity', title: 'Triage: open the entity in Explore', key: 'e', place },
];
