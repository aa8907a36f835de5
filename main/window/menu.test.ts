import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import type { MenuCommand } from '../../preload/contract/events.ts';
import { menuTemplate } from './menu.ts';

vi.mock('electron', () => ({ Menu: {} }));

/** Typed so that a command added to the contract has to be added here. */
const commands: Readonly<Record<MenuCommand, true>> = {
  ...{ 'open-recording': true, 'open-case': true, 'close-case': true, undo: true },
  ...{ 'command-palette': true, settings: true, shortcuts: true },
};

function itemsOf(template: readonly MenuItemConstructorOptions[]): readonly MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);
}

describe.each([
  ['on macOS', true],
  ['elsewhere', false],
])('the application menu %s', (_name, isMac) => {
  it('reaches every command of the contract, each once', () => {
    const sent: MenuCommand[] = [];
    for (const { id, click } of itemsOf(menuTemplate((command) => sent.push(command), isMac, true)))
      if (id !== undefined) (click as () => void)();
    expect(sent.toSorted()).toEqual(Object.keys(commands).toSorted());
  });

  it('gives no key to two entries', () => {
    const keys = itemsOf(menuTemplate(() => undefined, isMac, false)).flatMap(({ accelerator }) => accelerator ?? []);
    expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
  });

  it('offers the tools of developers only where it is not packaged', () => {
    const roles = (isPackaged: boolean) =>
      itemsOf(menuTemplate(() => undefined, isMac, isPackaged)).map(({ role }) => role);
    expect(roles(true)).not.toContain('toggleDevTools');
    expect(roles(true)).not.toContain('reload');
    expect(roles(false)).toContain('toggleDevTools');
  });
});
