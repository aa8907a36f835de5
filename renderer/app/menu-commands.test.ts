import { expect, it } from 'vitest';
import { commandOfMenu } from './menu-commands.ts';
import { allCommands } from './places.tsx';

it('names a command of the window for every entry of the application menu', () => {
  const known = new Set(allCommands.map(({ id }) => id));
  expect(Object.values(commandOfMenu).filter((id) => !known.has(id))).toEqual([]);
});
