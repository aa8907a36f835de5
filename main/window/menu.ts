import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../preload/contract/events.ts';

/** The application menu. What the window does itself is sent to it as a command. */
export function setApplicationMenu(send: (command: MenuCommand) => void, isPackaged: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(send, process.platform === 'darwin', isPackaged)));
}

/** Exported for its test: accelerators must be unique, and every command reachable. */
export function menuTemplate(
  send: (command: MenuCommand) => void,
  isMac: boolean,
  isPackaged: boolean,
): MenuItemConstructorOptions[] {
  const command = (id: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id,
    label,
    click: () => send(id),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const settings = command('settings', 'Settings', 'CmdOrCtrl+,');
  return [
    ...(isMac
      ? [
          {
            role: 'appMenu' as const,
            submenu: [{ role: 'about' as const }, settings, separator, { role: 'quit' as const }],
          },
        ]
      : []),
    {
      label: 'File',
      submenu: [
        command('open-recording', 'Open Recording…'),
        command('open-case', 'Open Case…', 'CmdOrCtrl+O'),
        command('close-case', 'Close Case'),
        ...(isMac ? [] : [separator, settings, separator, { role: 'quit' as const, accelerator: 'CmdOrCtrl+Q' }]),
      ],
    },
    {
      label: 'Edit',
      submenu: [
        command('undo', 'Undo Decision'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'View',
      submenu: [
        command('command-palette', 'Command Palette…', 'CmdOrCtrl+K'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        // The role's own key is Ctrl and plus, which on many keyboards is Shift and the key of "=".
        { role: 'zoomIn', accelerator: 'CmdOrCtrl+=', visible: false, acceleratorWorksWhenHidden: true },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(isPackaged ? [] : [{ role: 'toggleDevTools' as const }, { role: 'reload' as const }]),
      ],
    },
    { role: 'windowMenu' },
    { label: 'Help', submenu: [command('shortcuts', 'Keyboard Shortcuts', 'F1')] },
  ];
}
