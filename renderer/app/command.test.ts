import { describe, expect, it } from 'vitest';
import { boundKeys, conflictsOf, matchingCommands } from './command.ts';
import type { CommandDefinition } from './command.ts';

const undo: CommandDefinition = { id: 'app.undo', title: 'Undo the last decision', key: 'z', place: null };
const fraud: CommandDefinition = { id: 'triage.fraud', title: 'Fraud', key: 'f', place: 'triage' };
const find: CommandDefinition = { id: 'explore.find', title: 'Find an entity', key: 'f', place: 'explore' };
const commands = [undo, fraud, find];

describe('bound keys', () => {
  it('lets a rebound key replace the default and an empty one take it away', () => {
    const keys = boundKeys(commands, { 'triage.fraud': 'x', 'app.undo': '' });
    expect([...keys]).toEqual([
      ['app.undo', null],
      ['triage.fraud', 'x'],
      ['explore.find', 'f'],
    ]);
  });
});

describe('conflicts', () => {
  const keys = boundKeys(commands, {});

  it('lets two places share a key', () => {
    expect(conflictsOf(find, 'f', commands, keys)).toEqual([]);
  });

  it('refuses a key of everywhere in a place, and a key of any place everywhere', () => {
    expect(conflictsOf(fraud, 'z', commands, keys)).toEqual([undo]);
    expect(conflictsOf(undo, 'f', commands, keys)).toEqual([fraud, find]);
  });

  it('lets a command go back to a default key that it shares on purpose', () => {
    const takeBack: CommandDefinition = { id: 'triage.undo', title: 'Take back', key: 'z', place: 'triage' };
    const all = [...commands, takeBack];
    expect(conflictsOf(takeBack, 'z', all, boundKeys(all, { 'triage.undo': 'y' }))).toEqual([]);
  });

  it('frees the default key of a command that was rebound', () => {
    const rebound = boundKeys(commands, { 'app.undo': 'u' });
    expect(conflictsOf(fraud, 'z', commands, rebound)).toEqual([]);
    expect(conflictsOf(fraud, 'u', commands, rebound)).toEqual([undo]);
  });
});

describe('finding commands', () => {
  const titles = (typed: string): readonly string[] => matchingCommands(typed, commands).map(({ title }) => title);

  it('ranks a beginning before letters in order, and drops what does not match', () => {
    expect(titles('f')).toEqual(['Fraud', 'Find an entity']);
    expect(titles('fd')).toEqual(['Fraud', 'Find an entity']);
    expect(titles('last dec')).toEqual(['Undo the last decision']);
    expect(titles('xyz')).toEqual([]);
  });
});
