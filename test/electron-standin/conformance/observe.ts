import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { chromiumPath } from '../../e2e/chromium.ts';
import { temporaryFolder } from '../../e2e/launchers.ts';

const realElectron = process.env['ASSAY_ELECTRON'];
const standin = join(import.meta.dirname, '..', 'electron');

/** Runs the conformance app under the stand-in, or the binary that ASSAY_ELECTRON names, and reads its observations. */
export async function observeElectron(): Promise<unknown> {
  const executable = realElectron ?? standin;
  const folder = temporaryFolder();
  const child = spawn(executable, [join(import.meta.dirname, 'app'), `--user-data-dir=${folder.path}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CONFORMANCE_EXECUTABLE: executable,
      ...(realElectron === undefined ? { STANDIN_CHROMIUM: chromiumPath(), STANDIN_NODE: process.execPath } : {}),
    },
  });
  try {
    let output = '';
    // Handlers that fail on purpose are reported there, and are nobody's news unless the app fails, too.
    let reported = '';
    child.stdout.on('data', (text: Buffer) => (output += String(text)));
    child.stderr.on('data', (text: Buffer) => (reported += String(text)));
    const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const line = output.split('\n').find((text) => text.startsWith('CONFORMANCE '));
    if (line === undefined)
      throw new Error(`The conformance app ended with exit code ${exitCode} and no observations.\n${reported}`);
    return JSON.parse(line.slice('CONFORMANCE '.length));
  } finally {
    child.kill();
    folder.remove();
  }
}
