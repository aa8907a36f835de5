import type { CommandDefinition } from '../../app/command.ts';

export const sourcesCommands: readonly CommandDefinition[] = [
  { id: 'sources.open', title: 'Open a recording', key: 'o', place: 'sources' },
  { id: 'sources.read', title: 'Read the recording', key: 'r', place: 'sources' },
  { id: 'sources.back', title: 'Back to the case', key: 'Escape', place: 'sources' },
];
