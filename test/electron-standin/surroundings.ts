/* What surrounds the windows: dialogs, the system's browser, menus, screens. Tests replace or read them. */
import { EventEmitter } from 'node:events';
import type { MenuItemConstructorOptions } from 'electron';
import { StandinBrowserWindow } from './browser-window.ts';
import { loud } from './loud.ts';
import { debug } from './runtime.ts';

/** Opens nothing; tests replace `openExternal` to hear of it. */
export const shell = loud('shell', {
  openExternal: async (url: string): Promise<void> => debug('openExternal', url),
});

/** Cancelled, unless a test replaced the function; it is replaced in the same way under Electron. */
export const dialog = {
  showOpenDialog: async (): Promise<{ canceled: boolean; filePaths: string[] }> => ({ canceled: true, filePaths: [] }),
  showSaveDialog: async (): Promise<{ canceled: boolean; filePath: string }> => ({ canceled: true, filePath: '' }),
  showMessageBox: async (): Promise<{ response: number; checkboxChecked: boolean }> => ({
    response: 0,
    checkboxChecked: false,
  }),
  showErrorBox: (title: string, content: string): void => console.error('[dialog]', title, content),
};

export class StandinMenuItem {
  readonly id: string | undefined;
  readonly type: string;
  readonly label: string;
  readonly role: string | undefined;
  readonly accelerator: string | undefined;
  readonly submenu: StandinMenu | undefined;
  readonly click: () => void;
  readonly enabled = true;
  readonly visible = true;
  readonly checked: boolean;

  constructor(options: MenuItemConstructorOptions) {
    this.id = options.id;
    this.type = options.submenu === undefined ? (options.type ?? 'normal') : 'submenu';
    this.label = options.label ?? options.role ?? '';
    this.role = options.role;
    this.accelerator = typeof options.accelerator === 'string' ? options.accelerator : undefined;
    this.submenu = Array.isArray(options.submenu) ? StandinMenu.buildFromTemplate(options.submenu) : undefined;
    this.checked = options.checked ?? false;
    const action = options.click as ((item: object, window: object | null, event: object) => void) | undefined;
    this.click = () => action?.(this, StandinBrowserWindow.getFocusedWindow(), {});
  }
}

let applicationMenu: StandinMenu | null = null;

export class StandinMenu extends EventEmitter {
  readonly items: StandinMenuItem[] = [];

  static buildFromTemplate(template: readonly MenuItemConstructorOptions[]): StandinMenu {
    const menu = new StandinMenu();
    menu.items.push(...withoutExtraSeparators(template).map((options) => new StandinMenuItem(options)));
    return menu;
  }

  static setApplicationMenu(menu: StandinMenu | null): void {
    applicationMenu = menu;
  }

  static getApplicationMenu(): StandinMenu | null {
    return applicationMenu;
  }

  getMenuItemById(id: string): StandinMenuItem | null {
    for (const item of this.items) {
      if (item.id === id) return item;
      const inside = item.submenu?.getMenuItemById(id) ?? null;
      if (inside !== null) return inside;
    }
    return null;
  }
}

/** As Electron does: one separator between two items, and none at an edge. */
function withoutExtraSeparators(template: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  const isSeparator = (options: MenuItemConstructorOptions | undefined): boolean => options?.type === 'separator';
  const single = template.filter((options, index) => !(isSeparator(options) && isSeparator(template[index - 1])));
  return single.filter((options, index) => !isSeparator(options) || (index > 0 && index < single.length - 1));
}

const area = { x: 0, y: 0, width: 1920, height: 1080 };
const display = { id: 1, scaleFactor: 1, bounds: area, workArea: area, workAreaSize: area };

export const screen = loud(
  'screen',
  Object.assign(new EventEmitter(), {
    getPrimaryDisplay: () => display,
    getAllDisplays: () => [display],
  }),
);
