import type { CommandDefinition } from '../../app/command.ts';

export const modelsCommands: readonly CommandDefinition[] = [
  { id: 'models.next', title: 'Next model', key: 'j', place: 'models', isRepeatable: true },
  { id: 'models.previous', title: 'Previous model', key: 'k', place: 'models', isRepeatable: true },
  { id: 'models.champion', title: 'Make this model the champion', key: 'c', place: 'models', changesCase: true },
  { id: 'models.rollBack', title: 'Roll back to the champion before', key: 'b', place: 'models', changesCase: true },
  { id: 'models.history', title: 'History of this model', key: 'h', place: 'models' },
  { id: 'models.look', title: 'Work with this model', key: 'w', place: 'models' },
  { id: 'models.train', title: 'Train again', key: 't', place: 'models', changesCase: true },
  { id: 'models.retrain', title: 'Retrain on recent transactions', key: 'r', place: 'models', changesCase: true },
  { id: 'models.import', title: 'Import a model made elsewhere', key: 'i', place: 'models', changesCase: true },
  { id: 'models.themes', title: 'Leave out each theme', key: 'o', place: 'models' },
  { id: 'models.stability', title: 'Try other seeds', key: 's', place: 'models' },
];
