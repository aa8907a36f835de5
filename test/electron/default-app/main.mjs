/*
 * Starts the app whose folder is the first argument that is no switch, as the app of this name does that comes with
 * Electron. What the tests run on came without one.
 */
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.');
const { name, productName, version, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
Object.defineProperty(process, 'defaultApp', { value: true });
app.setVersion(version);
app.name = productName ?? name;
app.setAppPath(folder);
await import(pathToFileURL(join(folder, main)).href);
