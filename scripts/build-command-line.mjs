// The command line and the engine of `serve` as a few files: read at once, where the sources are hundreds.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { commandLineFolder, sourcesFile, stampOf } from './command-line-bundle.mjs';
import { bundleWithEngine, dataFiles } from './engine-bundle.mjs';
import { projectFolder } from './run-steps.mjs';

const folder = join(projectFolder, commandLineFolder);
mkdirSync(dirname(folder), { recursive: true });
const unfinished = mkdtempSync(`${folder}-`);
const modules = await bundleWithEngine(['main/cli/main.ts', 'engine/host/entry-child.ts'], unfinished);
const sources = modules
  .map((path) => relative(projectFolder, path))
  .filter((path) => !path.startsWith('..') && !path.startsWith('\0') && !path.split(sep).includes('node_modules'))
  .concat(['package-lock.json', ...dataFiles.map((path) => join(path))]);
writeFileSync(
  join(unfinished, basename(sourcesFile)),
  JSON.stringify(Object.fromEntries(sources.map((path) => [path, stampOf(path)]))),
);
// Whole or not at all: a command that starts meanwhile takes the former one or the sources.
rmSync(folder, { recursive: true, force: true });
renameSync(unfinished, folder);
