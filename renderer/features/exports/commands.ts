import type { CommandDefinition } from '../../app/command.ts';

export const exportsCommands: readonly CommandDefinition[] = [
  { id: 'exports.alerts', title: 'Save the alerts as CSV', key: 'a', place: 'exports' },
  { id: 'exports.alertsParquet', title: 'Save the alerts as Parquet', key: 'p', place: 'exports' },
  { id: 'exports.onnx', title: 'Save the model as ONNX', key: 'x', place: 'exports' },
];
