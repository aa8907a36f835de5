/* Plays the `electron` executable: boot.ts [switches of Electron] <folder or main script of the app> [arguments]. */
import { readFileSync, statSync } from 'node:fs';
import inspector from 'node:inspector';
import Module, { createRequire, registerHooks } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { electronModule, loudElectronModule } from './electron-module.ts';
import { bundlePageScript } from './page-script.ts';
import { runtime } from './runtime.ts';
import { startChromium } from './start-chromium.ts';

interface CommandLine {
  readonly preloads: readonly string[];
  readonly switches: readonly string[];
  readonly target: string;
  readonly rest: readonly string[];
}

const electronNames: ReadonlySet<string> = new Set(['electron', 'electron/main', 'electron/common']);

const commandLine = parseCommandLine(process.argv.slice(2));
for (const text of [...commandLine.switches, ...commandLine.rest]) noteSwitch(text);
if (runtime.switches.has('version')) {
  console.log(`v${runtime.electronVersion}`);
  process.exit(0);
}
const inspectPort = runtime.switches.get('inspect');
if (inspectPort !== undefined) inspector.open(Number(inspectPort), '127.0.0.1');

const mainScript = findMainScript(resolve(commandLine.target));
Object.defineProperty(process.versions, 'electron', { value: runtime.electronVersion, enumerable: true });
Object.assign(process, { type: 'browser', resourcesPath: join(runtime.appPath, 'resources') });
process.argv = [process.execPath, ...commandLine.switches, commandLine.target, ...commandLine.rest];
answerElectron();
runtime.pageScript = await bundlePageScript();

const require = createRequire(join(process.cwd(), 'standin.js'));
for (const preload of commandLine.preloads) require(resolve(preload));
await import(pathToFileURL(mainScript).href);
await startChromium();

function parseCommandLine(argv: readonly string[]): CommandLine {
  const preloads: string[] = [];
  const switches: string[] = [];
  let index = 0;
  for (; index < argv.length; index++) {
    const text = argv[index] ?? '';
    if (!text.startsWith('-')) break;
    switches.push(text);
    if (text !== '-r' && text !== '--require') continue;
    const path = argv[++index] ?? '';
    preloads.push(path);
    switches.push(path);
  }
  return { preloads, switches, target: argv[index] ?? '.', rest: argv.slice(index + 1) };
}

function noteSwitch(text: string): void {
  const [, name, value] = /^--([^=]+)(?:=(.*))?$/.exec(text) ?? [];
  if (name !== undefined) runtime.switches.set(name, value ?? '');
}

/** The app's folder has a package.json that names its main script; a script can be given directly, too. */
function findMainScript(path: string): string {
  if (!statSync(path).isDirectory()) {
    runtime.appPath = dirname(path);
    return path;
  }
  const packageFile = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  runtime.appPath = path;
  runtime.appPackage = packageFile;
  const script = join(path, packageFile.main ?? 'index.js');
  return extname(script) === '' ? `${script}.js` : script;
}

/** `electron` is the stand-in for CommonJS and for ES modules alike, and the same object in both. */
function answerElectron(): void {
  const modules = Module as unknown as { _load(id: string, ...rest: unknown[]): unknown };
  const load = modules._load;
  modules._load = function (id, ...rest) {
    return electronNames.has(id) ? loudElectronModule : load.call(this, id, ...rest);
  };
  Object.assign(globalThis, { __standinElectron: loudElectronModule });
  const source = [
    'const electron = globalThis.__standinElectron;',
    'export default electron;',
    ...Object.keys(electronModule).map((name) => `export const ${name} = electron.${name};`),
  ].join('\n');
  const address = `data:text/javascript,${encodeURIComponent(source)}`;
  registerHooks({
    resolve: (name, context, next) =>
      electronNames.has(name) && !context.conditions.includes('require')
        ? { url: address, shortCircuit: true, format: 'module' }
        : next(name, context),
  });
}
