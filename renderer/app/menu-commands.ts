import { useEffect, useState } from 'react';
import type { MenuCommand } from '../../preload/contract/events.ts';
import { useEvent } from '../data/requests.ts';
import { useCommands } from './commands.tsx';
import { useGoTo } from './go-to.tsx';

/** The window's command for each entry of the application menu. */
export const commandOfMenu: Readonly<Record<MenuCommand, string>> = {
  'open-recording': 'sources.open',
  'open-case': 'app.openCase',
  'close-case': 'app.closeCase',
  'command-palette': 'app.palette',
  settings: 'app.settings',
  shortcuts: 'app.shortcuts',
  undo: 'app.undo',
};

/** Does what is chosen from the application menu, as the key of the command would. */
export function useMenuCommands(): void {
  const { run, available } = useCommands();
  const goTo = useGoTo();
  const [isOpening, setIsOpening] = useState(false);
  useEvent('menu.command', ({ command }) => {
    if (document.querySelector('dialog[open]') !== null) return;
    if (command === 'open-recording') {
      goTo('sources');
      setIsOpening(true);
    } else run(commandOfMenu[command]);
  });
  // Sources can open a recording only once it is on the screen.
  const canOpen = available.has(commandOfMenu['open-recording']);
  useEffect(() => {
    if (!isOpening || !canOpen) return;
    setIsOpening(false);
    run(commandOfMenu['open-recording']);
  }, [isOpening, canOpen, run]);
}
