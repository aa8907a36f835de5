import { createRequire } from 'node:module';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { WorkContext } from '../domain/progress.ts';
import { THREADS_VARIABLE } from '../domain/threads.ts';
import { AssayError, usageError } from '../domain/error.ts';
import { kernelStatus } from '../forest/kernel/kernel-status.ts';
import { verifyCase } from '../store/backup.ts';
import { openCase } from '../store/open-case.ts';
import { withCase } from '../case/opening.ts';
import { compactCase } from './compact-case.ts';
import { verifyWholly, type Verified, type VerifyChoice } from './verify-wholly.ts';
import type { JobResult, ParsedJobInput } from '../../preload/contract/jobs.ts';
import { threadsToUse } from './threads.ts';

type Check = JobResult<'doctor'>['checks'][number];

const smallMemoryBytes = 4 * 1024 ** 3;

function coresInWords(): string {
  const [used, all] = [threadsToUse(), availableParallelism()];
  return used === all
    ? `${all} for training and scoring`
    : `${used} of ${all} for training and scoring (${THREADS_VARIABLE})`;
}

/** The `doctor` job: what this machine has and lacks, each in words a person can act on; optionally one case. */
export async function runDoctor(input: ParsedJobInput<'doctor'>, context: WorkContext): Promise<JobResult<'doctor'>> {
  context.report({ phase: 'evaluate', done: 0, total: 1, unit: 'steps' });
  const checks: Check[] = [
    runtimeCheck(),
    storeCheck(),
    kernelCheck(),
    { name: 'cores', state: 'good', detail: coresInWords() },
    memoryCheck(),
    temporaryFolderCheck(),
    optionalPackage(
      'onnxruntime-node',
      'scoring ONNX files',
      'npm install --no-save --ignore-scripts onnxruntime-node@1.30.0',
    ),
    electronCheck(),
  ];
  if (input.compact && input.casePath === undefined)
    throw usageError('WRONG_USE', 'There is no case to compact.', 'Name it: assay doctor --case FILE --compact.');
  if ((input.rescore || input.against !== undefined) && input.casePath === undefined)
    throw usageError('WRONG_USE', 'There is no case to verify.', 'Name it: assay doctor --case FILE.');
  const compaction = input.compact && input.casePath !== undefined ? await compactCase(input.casePath, context) : null;
  if (input.casePath !== undefined) checks.push(await caseCheck(input.casePath, input, context));
  return { checks, compaction };
}

function runtimeCheck(): Check {
  const nodeApi = Number(process.versions['napi'] ?? 0);
  return nodeApi >= 10
    ? { name: 'Node.js', state: 'good', detail: `${process.version} with Node-API ${nodeApi}` }
    : {
        name: 'Node.js',
        state: 'bad',
        detail: `${process.version} is too old for the case file`,
        nextStep: 'Run `npm ci`, which brings Node 24.',
      };
}

function storeCheck(): Check {
  const folder = mkdtempSync(join(tmpdir(), 'assay-doctor-'));
  try {
    openCase(join(folder, 'probe.assay'), { create: true }).close();
    return { name: 'case file', state: 'good', detail: 'a new case was made, opened and closed' };
  } catch (error) {
    return {
      name: 'case file',
      state: 'bad',
      detail: error instanceof Error ? error.message : String(error),
      nextStep: 'Run `npm ci` again.',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function kernelCheck(): Check {
  const status = kernelStatus();
  return status.available
    ? { name: 'scoring kernel', state: 'good', detail: status.detail }
    : {
        name: 'scoring kernel',
        state: 'missing',
        detail: `${status.detail}; scoring works, several times slower`,
        nextStep: 'Run `npm run build`.',
      };
}

function memoryCheck(): Check {
  const gibibytes = `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`;
  return totalmem() >= smallMemoryBytes
    ? { name: 'memory', state: 'good', detail: gibibytes }
    : {
        name: 'memory',
        state: 'missing',
        detail: `${gibibytes}; streams of millions of transactions may not fit`,
        nextStep: 'Close other programs, or read part of the stream.',
      };
}

function temporaryFolderCheck(): Check {
  try {
    accessSync(tmpdir(), constants.W_OK);
    return { name: 'temporary folder', state: 'good', detail: tmpdir() };
  } catch {
    return {
      name: 'temporary folder',
      state: 'bad',
      detail: `${tmpdir()} cannot be written`,
      nextStep: 'Set TMPDIR to a folder that can.',
    };
  }
}

function optionalPackage(name: string, use: string, install: string): Check {
  try {
    createRequire(import.meta.url).resolve(name);
    return { name, state: 'good', detail: `present, for ${use}` };
  } catch {
    return { name, state: 'missing', detail: `absent; only ${use} needs it`, nextStep: install };
  }
}

/** The window's main process says in the environment that this engine runs beside it, and not inside. */
function electronCheck(): Check {
  const inside = process.versions['electron'];
  const beside = process.env['ASSAY_BESIDE_ELECTRON'];
  if (inside !== undefined)
    return { name: 'Electron', state: 'good', detail: `${inside}; the engine is its utility process` };
  if (beside !== undefined)
    return {
      name: 'Electron',
      state: 'good',
      detail: `${beside}, whose Node-API is too old for the case file; the engine runs beside it, on Node ${process.version}`,
    };
  return { name: 'Electron', state: 'missing', detail: 'not running inside it; the command line does not need it' };
}

async function caseCheck(path: string, choice: VerifyChoice, context: WorkContext): Promise<Check> {
  const name = `case ${path}`;
  try {
    const isAskedMore = choice.rescore || choice.against !== undefined;
    const verified: Verified = isAskedMore
      ? await withCase(path, 'inspect', (session) => verifyWholly(session, choice, context))
      : { problems: verifyCase(path).problems, derived: null, against: null };
    if (verified.problems.length > 0)
      return {
        name,
        state: 'bad',
        detail: verified.problems.join(' '),
        nextStep: 'Keep the file, and restore a backup beside it.',
      };
    return { name, state: 'good', detail: `whole: ${wholeWords(verified)}` };
  } catch (error) {
    // Work that was stopped, or asked for wrongly, says nothing of the case.
    if (!(error instanceof AssayError) || isAbortOrWrongUse(error, choice)) throw error;
    return {
      name,
      state: 'bad',
      detail: error.message,
      ...(error.nextStep === undefined ? {} : { nextStep: error.nextStep }),
    };
  }
}

function isAbortOrWrongUse({ code }: AssayError, { against }: VerifyChoice): boolean {
  return code === 'CANCELLED' || (against !== undefined && (code === 'WRONG_USE' || code === 'FILE_NOT_FOUND'));
}

function wholeWords({ derived, against }: Verified): string {
  return [
    'structure, history and all it speaks of are as they were written',
    ...(derived ?? []).map(({ id, forest, featuresAgain, notes }) => {
      const again = [...(featuresAgain ? ['features'] : []), ...(forest === 'same' ? ['forest'] : []), 'scores'];
      return `model ${id} was made anew (${[...again, ...notes].join(', ')})`;
    }),
    ...(against === null
      ? []
      : [`the history holds entry ${against.newestEntry.toLocaleString('en')} that the export names`]),
  ].join('; ');
}
