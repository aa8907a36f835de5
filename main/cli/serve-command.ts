import type { Command } from 'commander';
import { parseWhole } from './flags.ts';
import type { CommandSurroundings } from './surroundings.ts';
import type { WindowFlags } from './window-service.ts';

/** `assay serve`: the window in a browser of this machine, until it is interrupted. */
export function addServeCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('serve')
    .summary('the window in a browser of this machine; or, with --score, the scores of a model over HTTP')
    .description(
      'Serves the window on 127.0.0.1 and prints its address. Whoever has the address can read and change the case, so keep it to yourself. With --score it serves the scores of one model instead, and nothing else. Stop with Ctrl-C.',
    )
    .option('--case <file>', 'open this case (default: the last one, or the first case from the bundled recording)')
    .option('--port <number>', 'port to listen on (default: a free one)', parseWhole(0, 65_535), 0)
    .option('--open', 'open the address in the browser')
    .option(
      '--folder <folder...>',
      'folders that the window may read and write, but for what is hidden in them (default: the one it is started in)',
    )
    .option(
      '--metrics <port>',
      'serve Prometheus metrics of the stream that is followed at http://127.0.0.1:PORT/metrics',
      parseWhole(0, 65_535),
    )
    .option('--score', 'score transactions over HTTP: POST /score, described by GET /openapi.json')
    .option(
      '--model <model>',
      'with --score: a case, an ONNX file or its folder, models:/NAME@ALIAS, models:/NAME/VERSION or runs:/RUN/PATH',
    )
    .option('--model-name <name>', "with --score: which of the case's models (default: the champion)")
    .option('--tracking-uri <address>', 'with --score: the MLflow server of models:/ (default: MLFLOW_TRACKING_URI)')
    .option('--host <address>', 'with --score: where to listen; 0.0.0.0 lets other machines in', '127.0.0.1')
    .option(
      '--max-body <bytes>',
      'with --score: longest request taken (default 16777216)',
      parseWhole(1024, 2 ** 28),
      2 ** 24,
    )
    .addHelpText(
      'after',
      `
Examples:
  assay serve --case spring.assay --open
  assay serve --folder ~/recordings ~/cases --port 7321
  assay serve --score --model spring.assay --port 8080
  assay serve --score --model models:/card-fraud@champion --tracking-uri http://127.0.0.1:5000`,
    )
    .action(async (flags: WindowFlags & { readonly score?: boolean }) => {
      if (flags.score === true && flags.metrics !== undefined) {
        const message = 'Served scores have metrics of their own, at /metrics of the same address.';
        surroundings.fail({ code: 'WRONG_USE', kind: 'usage', message, nextStep: 'Leave --metrics out.' });
      } else if (flags.score === true) {
        // What serves is loaded where it is asked for: the start of every other command would wait for it.
        const { serveScores } = await import('./score-service.ts');
        await serveScores(flags, surroundings);
      } else {
        const { serveWindow } = await import('./window-service.ts');
        await serveWindow(flags, surroundings);
      }
    });
}
