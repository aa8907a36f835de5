// `npm run sbom`: which packages of others are in what is shipped, as CycloneDX (dist/sbom.cdx.json) and with their licences
// (dist/THIRD-PARTY-NOTICES.txt). Found from what the sources import, since the window's packages are bundled.
import { existsSync, globSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from './run-steps.mjs';

/**
 * A package of somebody else.
 * @typedef {{ name: string, version: string, license: string, folder: string, dependsOn: string[], integrity: string | null }} ShippedPackage
 */

const root = resolve(projectFolder);
const sources = '{main,preload,engine,renderer}/**/*.{ts,tsx}';
const isTest = /\.test\.|test-support|\.child\.ts$|\.config\.ts$/u;
const specifier = /(?:from|import)\s*\(?\s*'([^'.][^']*)'/gu;
/** Electron brings its own notices (LICENSES.chromium.html); onnxruntime-node is installed beside, by whoever wants it. */
const notShipped = new Set(['electron', 'onnxruntime-node', ...builtinModules]);

/** @returns {ShippedPackage[]} by name, each once, with all that they need */
export function shippedPackages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const roots = new Set(['react', 'react-dom', 'echarts', 'better-sqlite3', 'better-sqlite3-multiple-ciphers']);
  for (const file of globSync(sources, { cwd: root })) {
    if (isTest.test(file)) continue;
    for (const [, found = ''] of readFileSync(join(root, file), 'utf8').matchAll(specifier)) {
      if (found.startsWith('node:') || found.startsWith('virtual:')) continue;
      const name = found.split('/', found.startsWith('@') ? 2 : 1).join('/');
      if (!notShipped.has(name) && existsSync(join(root, 'node_modules', name))) roots.add(name);
    }
  }
  /** @type {Map<string, ShippedPackage>} */
  const found = new Map();
  const waiting = [...roots].map((name) => join(root, 'node_modules', name));
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    if (found.has(folder)) continue;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const needed = Object.keys(manifest.dependencies ?? {}).flatMap((name) => folderOf(name, folder) ?? []);
    found.set(folder, {
      name: manifest.name,
      version: manifest.version,
      license: manifest.license ?? licenseByText(folder),
      folder,
      dependsOn: needed,
      integrity: lock.packages[folder.slice(root.length + 1).replaceAll('\\', '/')]?.integrity ?? null,
    });
    waiting.push(...needed);
  }
  return [...found.values()].sort((left, right) => (referenceOf(left) < referenceOf(right) ? -1 : 1));
}

/**
 * Where a package finds another: in its own folder of packages, else in one above.
 * @param {string} name
 * @param {string} from
 * @returns {string | undefined}
 */
function folderOf(name, from) {
  for (let folder = from; folder.length >= root.length; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

/** @param {{ name: string, version: string }} shipped */
function referenceOf({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/**
 * The list as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). The same packages give the same text.
 * @param {readonly ShippedPackage[]} packages
 */
export function billOfMaterials(packages) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const byFolder = new Map(packages.map((each) => [each.folder, referenceOf(each)]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': name, name, version, licenses: [{ expression: license }] },
    },
    components: packages.map((each) => ({
      type: 'library',
      'bom-ref': referenceOf(each),
      name: each.name,
      version: each.version,
      purl: referenceOf(each),
      licenses: [{ expression: each.license }],
      ...(each.integrity?.startsWith('sha512-') === true
        ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(each.integrity.slice(7), 'base64').toString('hex') }] }
        : {}),
    })),
    dependencies: packages.map((each) => ({
      ref: referenceOf(each),
      dependsOn: each.dependsOn.flatMap((folder) => byFolder.get(folder) ?? []).sort(),
    })),
  };
}

/**
 * Names, versions and licences with their full texts, as these licences ask for.
 * @param {readonly ShippedPackage[]} packages
 */
export function thirdPartyNotices(packages) {
  const head = `Assay contains these packages of others (${packages.length}).\n`;
  return [
    head,
    ...packages.map(
      (each) => `${'='.repeat(100)}\n${each.name} ${each.version} (${each.license})\n\n${licenseText(each)}`,
    ),
  ].join('\n');
}

/**
 * The licence of a package that names none.
 * @param {string} folder
 */
function licenseByText(folder) {
  const isMit = licenseFiles(folder).some((text) => text.includes('MIT License'));
  if (isMit) return 'MIT';
  throw new Error(`${folder} says nowhere under which licence it is; look, and leave it out or say so here.`);
}

/** @param {string} folder */
function licenseFiles(folder) {
  return readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/iu.test(file) && statSync(join(folder, file)).isFile())
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
}

/** @param {ShippedPackage} shipped */
function licenseText({ folder, license }) {
  const texts = licenseFiles(folder);
  return texts.length === 0
    ? `Licensed under ${license}; the package brings no text of it.\n`
    : `${texts.join('\n\n')}\n`;
}

/** Writes both into dist/. */
export function writeShippedPackages() {
  const packages = shippedPackages();
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'dist/sbom.cdx.json'), `${JSON.stringify(billOfMaterials(packages), null, 2)}\n`);
  writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(packages));
  return packages;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const packages = writeShippedPackages();
  console.log(`${packages.length} packages: dist/sbom.cdx.json, dist/THIRD-PARTY-NOTICES.txt`);
}
