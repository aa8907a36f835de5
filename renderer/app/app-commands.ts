import type { CommandDefinition } from './command.ts';
import { placeIds, placeTitles } from './place.ts';

/** What can be done everywhere. */
export const appCommands: readonly CommandDefinition[] = [
  { id: 'app.palette', title: 'Commands', key: 'Ctrl+K', place: null, worksInFields: true },
  { id: 'app.shortcuts', title: 'Keyboard shortcuts', key: '?', place: null },
  { id: 'app.undo', title: 'Undo the last decision', key: 'z', place: null, changesCase: true },
  { id: 'app.openCase', title: 'Open a case', key: 'Ctrl+O', place: null, worksInFields: true },
  { id: 'app.report', title: 'Report on an alert or the case', key: null, place: null },
  { id: 'app.share', title: 'A copy of the case to share', key: null, place: null },
  { id: 'app.closeCase', title: 'Close this case', key: null, place: null },
  {
    id: 'app.history',
    title: 'History: who changed what in this case',
    key: 'Alt+H',
    place: null,
    worksInFields: true,
  },
  {
    id: 'app.learn',
    title: 'Learn from verdicts',
    key: 'Alt+L',
    place: null,
    worksInFields: true,
    changesCase: true,
  },
  { id: 'app.settings', title: 'Settings', key: 'Ctrl+,', place: null, worksInFields: true },
  { id: 'app.messages', title: 'Messages of this session', key: 'Alt+M', place: null, worksInFields: true },
  {
    id: 'app.network',
    title: 'Network: every connection of this session',
    key: 'Alt+N',
    place: null,
    worksInFields: true,
  },
  { id: 'app.theme', title: 'Switch between dark and light', key: null, place: null },
  ...placeIds.map((place, index) => ({
    id: `app.go.${place}`,
    title: `Go to ${placeTitles[place]}`,
    key: `Alt+${index + 1}`,
    place: null,
    worksInFields: true,
  })),
];
