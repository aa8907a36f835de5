import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { AssayError } from '../../engine/domain/error.ts';
import { errorReportOf } from '../../preload/contract/envelope.ts';
import { startBrowserHost } from '../browser-host/browser-host.ts';
import { forkEngine } from '../browser-host/fork-engine.ts';
import { openBrowser } from '../browser-host/open-browser.ts';
import { superviseEngine } from '../engine-supervisor.ts';
import { openCaseAtStart } from '../open-case-at-start.ts';
import { parseWhole } from './flags.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ServeFlags {
  readonly case?: string;
  readonly port: number;
  readonly open?: boolean;
}

const rendererFolder = fileURLToPath(new URL('../../dist/renderer', import.meta.url));

/** `assay serve`: the window in a browser of this machine, until it is interrupted. */
export function addServeCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('serve')
    .summary('the window in a browser of this machine, at an address that only you have')
    .description(
      'Serves the window on 127.0.0.1 and prints its address. Whoever has the address can read and change the case, so keep it to yourself. Stop with Ctrl-C.',
    )
    .option('--case <file>', 'open this case (default: the last one, or the first case from the bundled recording)')
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)', parseWhole(0, 65_535), 0)
    .option('--open', 'open the address in the browser')
    .addHelpText(
      'after',
      `
Examples:
  assay serve --case spring.assay --open
  assay serve --port 7321`,
    )
    .action((flags: ServeFlags) => serve(flags, surroundings));
}

async function serve(flags: ServeFlags, { context, print, fail }: CommandSurroundings): Promise<void> {
  if (!existsSync(join(rendererFolder, 'index.html'))) {
    const message = `The window was not built: ${rendererFolder} has no index.html.`;
    fail({ code: 'MISSING_DEPENDENCY', kind: 'failure', message, nextStep: 'Run `npm run build:renderer` once.' });
    return;
  }
  const engine = superviseEngine(forkEngine);
  try {
    // A case that was asked for is opened before the address is given; making the first case can be watched in the window.
    const opening = openCaseAtStart(engine, flags.case === undefined ? null : resolve(flags.case));
    if (flags.case !== undefined) {
      const opened = await opening;
      if (!opened.ok) {
        fail(opened.error);
        return;
      }
    }
    const host = await startBrowserHost(engine, rendererFolder, flags.port).catch((error: unknown) => {
      throw portError(error, flags.port);
    });
    print(host.address);
    if (flags.open === true) openBrowser(host.address);
    await aborted(context.signal);
    await host.close();
    fail({ code: 'CANCELLED', kind: 'failure', message: 'Stopped serving; everything confirmed is stored.' });
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    fail(errorReportOf(error));
  } finally {
    await engine.stop();
  }
}

function portError(error: unknown, port: number): AssayError {
  const reason = error instanceof Error ? error.message : String(error);
  return new AssayError('WRONG_USE', 'usage', `Port ${port} of 127.0.0.1 cannot be used (${reason}).`, {
    nextStep: 'Leave --port out to have a free one chosen.',
    cause: error,
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
