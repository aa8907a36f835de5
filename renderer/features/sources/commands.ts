import type { CommandDefinition } from '../../app/command.ts';

export const sourcesCommands: readonly CommandDefinition[] = [
  { id: 'sources.open', title: 'Open a recording', key: 'o', place: 'sources' },
  { id: 'sources.search', title: 'Search the rows', key: '/', place: 'sources' },
  { id: 'sources.read', title: 'Read the recording', key: 'r', place: 'sources' },
  { id: 'sources.back', title: 'Back to the case', key: 'Escape', place: 'sources' },
  { id: 'sources.connect', title: 'Connect to a topic', key: 'k', place: 'sources' },
  { id: 'sources.test', title: 'Test the connection', key: 'e', place: 'sources' },
  { id: 'sources.pause', title: 'Pause the stream, or go on', key: 'p', place: 'sources' },
  { id: 'sources.step', title: 'One transaction on', key: '.', place: 'sources', isRepeatable: true },
  { id: 'sources.slower', title: 'Replay slower', key: '[', place: 'sources' },
  { id: 'sources.faster', title: 'Replay faster', key: ']', place: 'sources' },
  { id: 'sources.record', title: 'Record the stream, or end it', key: 'd', place: 'sources' },
  { id: 'sources.retry', title: 'Retry the quarantine', key: 'y', place: 'sources', changesCase: true },
  { id: 'sources.stop', title: 'Stop the stream', key: 'x', place: 'sources' },
];
