import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../../engine/host/default-case.ts';
import { lockedAmong } from '../../engine/host/locked-cases.ts';
import { AssayError } from '../../engine/domain/error.ts';
import { errorReportOf } from '../../preload/contract/envelope.ts';
import { startBrowserHost } from '../browser-host/browser-host.ts';
import { openBrowser } from '../browser-host/open-browser.ts';
import { launchChildEngine } from '../child-engine.ts';
import { superviseEngine, type EngineSupervisor } from '../engine-supervisor.ts';
import { openCaseAtStart, requestOf } from '../open-case-at-start.ts';
import { GrantedPaths, guardPaths } from '../security/granted-paths.ts';
import { enter } from './passphrase.ts';
import type { MetricsServer } from '../../engine/host/serve-metrics.ts';
import type { ScoreServiceFlags } from './score-service.ts';
import type { CommandSurroundings } from './surroundings.ts';

/** What may be said of either service; of the scores' alone, most of it. */
export interface WindowFlags extends ScoreServiceFlags {
  readonly case?: string;
  readonly open?: boolean;
  readonly folder?: readonly string[];
  readonly metrics?: number;
}

const scoreOnly = ['model', 'modelName', 'trackingUri'] as const;

const engineEntry = fileURLToPath(new URL('../../engine/host/entry-child.ts', import.meta.url));
const rendererFolder = fileURLToPath(new URL('../../dist/renderer', import.meta.url));

/** The engine's process has its own memory: it is given the passphrase that was typed or set here. */
async function giveKeyTo(engine: EngineSupervisor, path: string, surroundings: CommandSurroundings): Promise<void> {
  if (lockedAmong([path]).length === 0) return;
  await enter(path, surroundings, async (passphrase) => {
    const answer = await engine.call({ door: 'request', name: 'case.unlock', input: { path, passphrase } });
    if (answer.ok) return;
    const { code, kind, message, nextStep } = answer.error;
    throw new AssayError(code, kind, message, nextStep === undefined ? {} : { nextStep });
  });
}

/** Serves the window until it is interrupted. */
export async function serveWindow(flags: WindowFlags, surroundings: CommandSurroundings): Promise<void> {
  const { context, print, note, fail } = surroundings;
  if (scoreOnly.some((name) => flags[name] !== undefined) || flags.host !== '127.0.0.1') {
    const message = 'The window is for this machine only, and takes no model.';
    fail({ code: 'WRONG_USE', kind: 'usage', message, nextStep: 'Add --score to serve the scores of a model.' });
    return;
  }
  if (!existsSync(join(rendererFolder, 'index.html'))) {
    const message = `The window was not built: ${rendererFolder} has no index.html.`;
    fail({ code: 'MISSING_DEPENDENCY', kind: 'failure', message, nextStep: 'Run `npm run build:renderer` once.' });
    return;
  }
  const engine = superviseEngine((generation) =>
    launchChildEngine({ entry: engineEntry, host: 'browser' }, generation),
  );
  try {
    // A case that was asked for is opened before the address is given; making the first case can be watched in the window.
    if (flags.case !== undefined) await giveKeyTo(engine, resolve(flags.case), surroundings);
    const opening = openCaseAtStart(engine, flags.case === undefined ? null : resolve(flags.case));
    if (flags.case !== undefined) {
      const opened = await opening;
      if (!opened.ok) {
        fail(opened.error);
        return;
      }
    }
    const host = await startBrowserHost(guardPaths(engine, pathsOf(flags)), rendererFolder, flags.port).catch(
      (error: unknown) => {
        throw portError(error, flags.port);
      },
    );
    const metrics = flags.metrics === undefined ? null : await metricsAt(flags.metrics, engine);
    print(host.address);
    if (metrics !== null) note(`Metrics: ${metrics.address}`);
    const closePage = flags.open === true ? openBrowser(host.address, dataFolder()) : null;
    await aborted(context.signal);
    closePage?.();
    await metrics?.close();
    await host.close();
    fail({ code: 'CANCELLED', kind: 'failure', message: 'Stopped serving; everything confirmed is stored.' });
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    fail(errorReportOf(error));
  } finally {
    await engine.stop();
  }
}

/** What the window may use: the folders that were named, with that of the case, and what Assay keeps. */
function pathsOf({ folder, case: casePath }: WindowFlags): GrantedPaths {
  const paths = new GrantedPaths(dataFolder(), null);
  for (const each of folder ?? [process.cwd()]) paths.addFolder(each);
  if (casePath !== undefined) paths.choose([casePath]);
  return paths;
}

/** What the engine counts, for Prometheus to fetch at an address of its own. */
async function metricsAt(port: number, engine: EngineSupervisor): Promise<MetricsServer> {
  const { serveMetrics } = await import('../../engine/host/serve-metrics.ts');
  return serveMetrics(port, () => metricsOf(engine));
}

/** Throws while the engine is down, so that a scrape fails and is seen to. */
async function metricsOf(engine: EngineSupervisor): Promise<string> {
  const answer = await requestOf(engine, 'metrics.read', {});
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.data.text;
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
