import { Command } from 'commander';
import { THREADS_VARIABLE } from '../../engine/domain/threads.ts';
import { addAlertsCommands } from './alerts-command.ts';
import { addBackupCommands } from './backup-commands.ts';
import { addCaseCommands } from './case-commands.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addRetainCommand } from './retain-command.ts';
import { addCompareCommand, addExplainCommand } from './explain-command.ts';
import { addExportCommands } from './export-command.ts';
import { addFeaturesCommand } from './features-command.ts';
import { addFourEyesCommands } from './four-eyes-commands.ts';
import { addHistoryCommands } from './history-command.ts';
import { addLabelCommands } from './label-command.ts';
import { addWorkCommand } from './work-command.ts';
import { addSuppressCommands } from './suppress-command.ts';
import { addLearnCommand } from './learn-command.ts';
import { addModelCommand } from './model-command.ts';
import { addPipelineCommand } from './pipeline-command.ts';
import { addPushCommand } from './push-command.ts';
import { addLockCommands } from './lock-commands.ts';
import { giveNamedKeys } from './passphrase.ts';
import { addQuarantineCommand } from './quarantine-command.ts';
import { addRecordCommand } from './record-command.ts';
import { addEraseCommand, addRevealCommand, addShareCommand } from './privacy-commands.ts';
import { addReportCommand } from './report-command.ts';
import { addReplayCommand } from './replay-command.ts';
import { addRetrainCommand } from './retrain-command.ts';
import { addRunCommand } from './run-command.ts';
import { addScoreCommand } from './score-command.ts';
import { addSealCommand } from './seal-command.ts';
import { addServeCommand } from './serve-command.ts';
import { addSimulateCommand } from './simulate-command.ts';
import type { CommandSurroundings } from './surroundings.ts';
import type { Terminal } from './terminal.ts';
import packageFile from '../../package.json' with { type: 'json' };

/** Jobs, and the threads that they start, find it in the environment. */
function capThreads({ threads }: { readonly threads?: number }): void {
  if (threads !== undefined) process.env[THREADS_VARIABLE] = String(threads);
}

/**
 * The whole command line, ready to parse. Help and usage errors are commander's, printed where `terminal` says, else by
 * this process; they throw CommanderError.
 */
export function createProgram(
  surroundings: CommandSurroundings,
  terminal?: Pick<Terminal, 'output' | 'errors'>,
): Command {
  const program = new Command('assay')
    .configureOutput(terminal === undefined ? {} : { writeOut: terminal.output, writeErr: terminal.errors })
    .description(
      'Find the few transactions that matter: train an isolation forest on a recording, tune it to a budget, say why.',
    )
    .version(packageFile.version)
    .exitOverride()
    .showHelpAfterError('(add --help for examples)')
    .helpCommand(true)
    .hook('preAction', async (_, command) => {
      capThreads(command.opts());
      await giveNamedKeys(command, surroundings);
    });
  addRunCommand(program, surroundings);
  addCaseCommands(program, surroundings);
  addQuarantineCommand(program, surroundings);
  addScoreCommand(program, surroundings);
  addFeaturesCommand(program, surroundings);
  addAlertsCommands(program, surroundings);
  addLearnCommand(program, surroundings);
  addModelCommand(program, surroundings);
  addRetrainCommand(program, surroundings);
  addLabelCommands(program, surroundings);
  addSuppressCommands(program, surroundings);
  addWorkCommand(program, surroundings);
  addExplainCommand(program, surroundings);
  addCompareCommand(program, surroundings);
  addHistoryCommands(program, surroundings);
  addFourEyesCommands(program, surroundings);
  addSealCommand(program, surroundings);
  addRevealCommand(program, surroundings);
  addShareCommand(program, surroundings);
  addEraseCommand(program, surroundings);
  addReportCommand(program, surroundings);
  addExportCommands(program, surroundings);
  addPipelineCommand(program, surroundings);
  addPushCommand(program, surroundings);
  addRecordCommand(program, surroundings);
  addReplayCommand(program, surroundings);
  addSimulateCommand(program, surroundings);
  addServeCommand(program, surroundings);
  addRetainCommand(program, surroundings);
  addBackupCommands(program, surroundings);
  addLockCommands(program, surroundings);
  addDoctorCommand(program, surroundings);
  program.addHelpText(
    'after',
    `
Examples:
  assay run datasets/payments-30-days.csv.gz             read, train, score, flag and store the bundled recording
  assay run april.csv may.csv --alerts-per-day 60        two recordings as one stream, 60 alerts a day
  assay tune --case april.assay --contamination 0.01     move the threshold without training again
  assay alerts --case april.assay --limit 20             the alerts, the most anomalous first
  assay doctor                                           what this machine has and lacks

Exit codes: 0 done, 1 the work failed, 2 wrong use or bad input, 130 interrupted.`,
  );
  return program;
}
