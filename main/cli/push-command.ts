import type { Command } from 'commander';
import { printPushReport } from './export-report.ts';
import { jsonOption } from './json-option.ts';
import { publishTarget, type PublishFlags } from './publish-target.ts';
import { runCommand } from './run-job.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface PushFlags extends PublishFlags {
  readonly case?: string;
  readonly cancel?: boolean;
  readonly json?: boolean;
}

/** `assay push`: sends the exports that wait in a case, or a model folder that was carried by hand. */
export function addPushCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('push')
    .summary('send exports that wait for their tracking server, or a model folder carried by hand')
    .argument('[folder]', 'a folder that `assay export mlflow --out` wrote')
    .option('--case <file>', 'the case whose outbox is to be sent')
    .option('--tracking-uri <address>', 'for a folder: the server (default MLFLOW_TRACKING_URI)')
    .option('--experiment <name>', 'for a folder: experiment that the run belongs to (default assay)')
    .option('--register <name>', 'for a folder: make a version of this registered model')
    .option('--alias <name>', 'for a folder: let this alias point at the new version')
    .option('--unless-worse <figure>', 'for a folder: move the alias only where this figure did not fall')
    .option(
      '--ca <file>',
      "certificates in PEM that the server's must be signed by (default MLFLOW_TRACKING_SERVER_CERT_PATH)",
    )
    .option('--cancel', 'take back what waits in the case instead of sending it')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Whatever was cut off before is completed, not repeated: one run and one version for each export.

Examples:
  assay push --case spring.assay
  assay push spring-model --tracking-uri http://127.0.0.1:5000 --experiment cards --register card-fraud --alias champion`,
    )
    .action(async (folder: string | undefined, flags: PushFlags) => {
      await runCommand(surroundings, 'push', flags.json === true, printPushReport, () => ({
        ...(flags.case === undefined ? {} : { casePath: flags.case }),
        ...(folder === undefined ? {} : { folder }),
        ...publishTarget(flags, folder !== undefined),
        cancel: flags.cancel === true,
      }));
    });
}
