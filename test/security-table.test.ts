import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/* What SECURITY.md and docs/reliability.md say is held by a test is held by one that exists under that name. */

const root = resolve(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The cells of each row of the tables of a document, without their heads. */
function rowsOf(path: string): readonly (readonly string[])[] {
  return text(path)
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/u.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(text('package.json')) as Manifest;

describe('the table of SECURITY.md', () => {
  const held = rowsOf('SECURITY.md').filter((row) => row.length === 4 && row[0] !== 'item');

  it('names a test that exists for each decision', () => {
    expect(held.length).toBeGreaterThan(40);
    const missing = held.filter(([, , file = '', name = '']) => {
      const path = file.replaceAll('`', '');
      const titles = existsSync(join(root, path)) ? text(path).replaceAll("\\'", "'") : '';
      return !["'", '"', '`'].some((quote) => titles.includes(`${quote}${name}${quote}`));
    });
    expect(missing).toEqual([]);
  });

  it("has each of Electron's twenty points", () => {
    const points = held.flatMap(([item = '']) =>
      item.startsWith('Electron ') ? (item.split(':')[0]?.match(/\d+/gu) ?? []).map(Number) : [],
    );
    expect(points.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  });
});

it('names in docs/reliability.md files and commands that exist', () => {
  const tried = rowsOf('docs/reliability.md').map(([, what = '']) => what);
  const code = tried.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/gu)].map(([, each = '']) => each));
  const commands = code.filter((each) => each.startsWith('npm run '));
  const files = code.filter((each) => each.endsWith('.ts'));
  expect(commands.length).toBeGreaterThan(4);
  expect(files.length).toBeGreaterThan(20);
  const names = commands.map((each) => each.split(' ')[2] ?? '');
  expect(names.filter((name) => !(name in manifest.scripts))).toEqual([]);
  // Tests that lie beside what was named before them are named without their folder.
  const known = files.filter((each) => each.includes('/'));
  expect(known.filter((each) => !existsSync(join(root, each)))).toEqual([]);
});

it('ships the Electron that is locked, of the line that package.json asks for', () => {
  const lock = JSON.parse(text('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const installed = JSON.parse(text('node_modules/electron/package.json')) as { readonly version: string };
  const wanted = manifest.devDependencies['electron'] ?? '';
  expect(lock.packages['node_modules/electron']?.version).toBe(installed.version);
  expect(installed.version.split('.')[0]).toBe(wanted.replace(/^\D/u, '').split('.')[0]);
  expect(text('electron-builder.yml')).not.toContain('electronVersion');
});
