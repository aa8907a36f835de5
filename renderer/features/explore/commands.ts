import type { CommandDefinition } from '../../app/command.ts';

const place = 'explore';

export const exploreCommands: readonly CommandDefinition[] = [
  { id: 'explore.clear', title: 'Explore: clear the filter', key: 'Escape', place },
  { id: 'explore.overview', title: 'Explore: overview', key: 'o', place },
  { id: 'explore.lanes', title: 'Explore: lanes', key: 'a', place },
  { id: 'explore.features', title: 'Explore: features', key: 'f', place },
  { id: 'explore.triage', title: 'Explore: triage the alerts of the filter', key: 't', place },
];
