import type { Command } from 'commander';
import { AssayError, usageError } from '../../engine/domain/error.ts';
import { errorReportOf } from '../../preload/contract/envelope.ts';
import type { JobResult } from '../../preload/contract/jobs.ts';
import { printTimeStamp } from './export-report.ts';
import { jsonOption } from './json-option.ts';
import { count, heading, pairs } from './report.ts';
import { runCommand } from './run-job.ts';
import { byOption, forceOption } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface SealFlags {
  readonly case?: string;
  readonly folder?: string;
  readonly makeKey?: boolean;
  readonly verify?: boolean;
  readonly seal?: string;
  readonly key?: string;
  readonly out?: string;
  readonly by?: string;
  readonly timeStampServer?: string;
  readonly timeStampAuthority?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `assay seal`: signed statements of what a case or an exported model holds, and whether it still does. */
export function addSealCommand(program: Command, surroundings: CommandSurroundings): void {
  program
    .command('seal')
    .summary('sign what a case or an exported model holds, and check with the public key alone that it still does')
    .description(
      'Signs a statement of everything a case holds, or of every file of an exported model. Whoever has the public key sees any change after sealing, without a server. It does not prove what the owner did before.',
    )
    .option('--make-key', 'make your keys, where there are none, and say where the public ones lie')
    .option('--case <file>', 'the case file')
    .option(
      '--folder <folder>',
      'the folder of an exported model; its signature is model.sig in it (OpenSSF model-signing)',
    )
    .option('--verify', 'check instead of signing; exit code 1 where anything is not as it was sealed')
    .option('--seal <file>', 'with --case --verify: the seal (default: NAME.seal.json beside the case)')
    .option('--key <file>', "with --verify: the sealer's public key (default: yours)")
    .option('--out <file>', 'with --case: write the seal here (default: NAME.seal.json beside the case)')
    .option(
      '--time-stamp-server <address>',
      'with --case: ask this RFC 3161 server for the time of the seal; it gets a digest and nothing else',
    )
    .option(
      '--time-stamp-authority <file>',
      'with --time-stamp-server or --verify: certificates in PEM that a time-stamp must lead to',
    )
    .addOption(byOption())
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay seal --make-key
  assay seal --case spring.assay
  assay seal --case spring.assay --verify --seal spring.seal.json
  assay seal --case spring.assay --time-stamp-server http://127.0.0.1:3180/stamps --time-stamp-authority authority.pem --force
  assay seal --folder spring-model/
  assay seal --folder spring-model/ --verify`,
    )
    .action(async (flags: SealFlags) => {
      try {
        await seal(surroundings, flags);
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        surroundings.fail(errorReportOf(error));
      }
    });
}

/** @throws AssayError WRONG_USE where it was said neither or twice what is sealed. */
async function seal(surroundings: CommandSurroundings, flags: SealFlags): Promise<void> {
  const { case: casePath, folder, makeKey, verify, key, out, by } = flags;
  const asJson = flags.json === true;
  const force = flags.force === true;
  const chosen = [casePath, folder, makeKey].filter((choice) => choice !== undefined);
  if (chosen.length !== 1)
    throw usageError('WRONG_USE', 'One thing is sealed at a time.', 'Give --case FILE, --folder FOLDER or --make-key.');
  const timeStamp = {
    ...(flags.timeStampServer === undefined ? {} : { timeStampServer: flags.timeStampServer }),
    ...(flags.timeStampAuthority === undefined ? {} : { timeStampAuthority: flags.timeStampAuthority }),
  };
  const keyChoice = key === undefined ? {} : { key };
  if (makeKey === true) await runCommand(surroundings, 'makeSealingKey', asJson, printKeys, () => ({}));
  else if (casePath !== undefined && verify === true)
    await runCommand(
      surroundings,
      'verifySeal',
      asJson,
      printVerified,
      () => ({ casePath, ...keyChoice, ...timeStamp, ...(flags.seal === undefined ? {} : { seal: flags.seal }) }),
      (result) => failWhereChanged(surroundings, result),
    );
  else if (casePath !== undefined)
    await runCommand(surroundings, 'seal', asJson, printSealed, () => ({
      casePath,
      force,
      ...(out === undefined ? {} : { output: out }),
      ...(by === undefined ? {} : { by }),
      ...timeStamp,
    }));
  else if (verify === true)
    await runCommand(
      surroundings,
      'verifyModel',
      asJson,
      printVerified,
      () => ({ folder: folder ?? '', ...keyChoice }),
      (result) => failWhereChanged(surroundings, result),
    );
  else await runCommand(surroundings, 'signModel', asJson, printSigned, () => ({ folder: folder ?? '', force }));
}

function failWhereChanged(
  surroundings: CommandSurroundings,
  { differences }: { readonly differences: readonly string[] },
): void {
  if (differences.length === 0) return;
  surroundings.fail({
    code: 'CHECK_FAILED',
    kind: 'failure',
    message: `This is not what was sealed: ${differences.join(' ')}`,
    nextStep: 'Ask whoever sealed it for their copy, and for their public key by another way.',
  });
}

function printKeys({ keys, made }: JobResult<'makeSealingKey'>, { print }: CommandSurroundings): void {
  print(heading(made ? 'Keys were made' : 'You have keys'));
  for (const { use, publicKeyPath, fingerprint } of keys)
    print(
      pairs([
        [use === 'case' ? 'seals of cases' : 'signed models', publicKeyPath],
        ['fingerprint', fingerprint],
      ]),
    );
  print('\n  Give the .pub files to whoever is to check; keep the .key files beside them to yourself.');
}

function printSealed(result: JobResult<'seal'>, surroundings: CommandSurroundings): void {
  const { print } = surroundings;
  print(heading('Sealed'));
  print(
    pairs([
      ['seal', result.output],
      ['of', `${count(result.rows)} transactions, ${count(result.things)} digests`],
      ['history', `entry ${count(result.history.entry)}, ${result.history.hash}`],
      ['key', result.key],
    ]),
  );
  if (result.timeStamp !== null) printTimeStamp(result.timeStamp, surroundings);
}

function printSigned({ output, files, key }: JobResult<'signModel'>, { print }: CommandSurroundings): void {
  print(heading('Signed'));
  print(
    pairs([
      ['signature', output],
      ['of', `${count(files)} files`],
      ['key', key],
    ]),
  );
}

function printVerified(
  result: JobResult<'verifySeal'> | JobResult<'verifyModel'>,
  { print }: CommandSurroundings,
): void {
  if (result.differences.length > 0) return;
  print(heading('As it was sealed'));
  const sealed = 'sealed' in result ? result.sealed : null;
  const timeStamps = 'timeStamps' in result ? result.timeStamps : [];
  const since = 'entriesSince' in result ? result.entriesSince : 0;
  print(
    pairs([
      ...(sealed === null
        ? []
        : ([
            ['by', sealed.by],
            ['when', new Date(sealed.sealedAtMs).toISOString()],
            ['history', `entry ${count(sealed.history.entry)}; ${count(since)} came since`],
          ] as const)),
      ...timeStamps.map(
        ({ atMs, authority, isTrusted }) =>
          [
            'stamped',
            `${new Date(atMs).toISOString()} by ${authority}${isTrusted ? '' : ', whose certificate was not checked: --time-stamp-authority FILE'}`,
          ] as const,
      ),
      ['key', result.key],
    ]),
  );
}
