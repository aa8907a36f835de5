import { extractAll, listPackage } from '@electron/asar';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runScript } from '../../../scripts/run-steps.mjs';
import { projectFolder } from '../build.ts';
import { copyHome } from '../first-case.ts';
import { goTo, places } from '../go-to.ts';
import { launchElectron, temporaryFolder } from '../launchers.ts';
import { overBudget } from '../size-budgets.ts';

const resources = join(projectFolder, 'dist', 'packages', 'linux-unpacked', 'resources');

/** The engines of plain and of locked cases. */
const nativePackages = ['better-sqlite3', 'better-sqlite3-multiple-ciphers'];

/** What may lie in the archive: the built window, programs for a cluster, the native packages, and nothing of the sources. */
const expectedEntries = [
  /^\/(LICENSE|package\.json|dist|node_modules)$/,
  /^\/dist\/(main(\/index\.cjs)?|preload(\/index\.cjs)?)$/,
  /^\/dist\/engine(\/[\w.-]+\.(js|wasm|py))?$/,
  /^\/dist\/renderer(\/index\.html|\/assets(\/[\w.-]+\.(js|css|woff2))?)?$/,
  /^\/node_modules\/better-sqlite3(-multiple-ciphers)?(\/LICENSE|\/package\.json|\/lib(\/.+)?|\/prebuilds)?$/,
];

/** The folder that electron-builder makes, with a stand-in for Electron's own files. */
export function packagedStories(prepared: string): void {
  const folder = temporaryFolder();
  const archive = join(resources, 'app.asar');
  beforeAll(async () => {
    expect(await runScript(['scripts/package-dir.mjs'])).toBe(0);
  });
  afterAll(() => folder.remove());

  it('holds the built window, the native packages for this platform, and nothing else', () => {
    const entries = listPackage(archive, { isPack: false });
    const prebuilt = entries.filter((entry) => /^\/node_modules\/better-sqlite3[^/]*\/prebuilds\//u.test(entry));
    const native = nativePackages.map(
      (name) => `/node_modules/${name}/prebuilds/${process.platform}-${process.arch}.node`,
    );
    expect(prebuilt.toSorted()).toEqual(native.toSorted());
    for (const file of native) expect(existsSync(join(resources, 'app.asar.unpacked', file)), file).toBe(true);
    const others = entries.filter((entry) => !prebuilt.includes(entry));
    expect(others.filter((entry) => !expectedEntries.some((expected) => expected.test(entry)))).toEqual([]);
    for (const needed of ['/dist/main/index.cjs', '/dist/preload/index.cjs', '/dist/renderer/index.html'])
      expect(entries).toContain(needed);
  });

  it('has not grown unseen', () => {
    expect(overBudget('package')).toBeNull();
  });

  it('keeps beside the archive what cannot start inside one, and the bundled recording', () => {
    const engine = readdirSync(join(resources, 'app.asar.unpacked', 'dist', 'engine'));
    expect(engine).toEqual(readdirSync(join(projectFolder, 'dist', 'engine')));
    for (const file of ['datasets/payments-30-days.csv.gz', 'THIRD-PARTY-NOTICES.txt', 'sbom.cdx.json'])
      expect(existsSync(join(resources, file)), file).toBe(true);
  });

  it('starts from the packaged files alone, and shows every place', async () => {
    const app = join(folder.path, 'app');
    const home = join(folder.path, 'home');
    extractAll(archive, app);
    copyHome(prepared, home);
    const [casePath] = readdirSync(join(home, 'cases')).filter((name) => name.endsWith('.assay'));
    const window = await launchElectron({
      packagedApp: app,
      home,
      arguments: [`--case=${join(home, 'cases', casePath ?? '')}`],
    });
    try {
      await window.page.getByRole('button', { name: /^payments-30-days.*: choose a case$/ }).waitFor();
      for (const place of places) await goTo(window.page, place);
      expect(window.consoleErrors).toEqual([]);
    } finally {
      await window.close();
    }
  });
}
