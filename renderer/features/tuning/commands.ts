import type { CommandDefinition } from '../../app/command.ts';

export const tuningCommands: readonly CommandDefinition[] = [
  { id: 'tuning.train', title: 'Tuning: train a model', key: 't', place: 'tuning', changesCase: true },
  { id: 'tuning.cancel', title: 'Tuning: cancel the training', key: null, place: 'tuning' },
  { id: 'tuning.undo', title: 'Tuning: move the line back', key: 'z', place: 'tuning', changesCase: true },
  { id: 'tuning.budget', title: 'Tuning: move the line to the budget', key: 'b', place: 'tuning' },
  { id: 'tuning.scale', title: 'Tuning: linear or logarithmic counts', key: 'g', place: 'tuning' },
];
