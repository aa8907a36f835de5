import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import packageFile from '../../../package.json' with { type: 'json' };
import { impossible, usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { differencesFromSeal, openSeal, sealOf } from '../../export/sealing/case-seal.ts';
import { fingerprintOf } from '../../export/sealing/envelope.ts';
import {
  differencesFromSignature,
  modelSignature,
  signatureName,
  type SignedFile,
} from '../../export/sealing/model-signature.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { findModel } from '../../case/model/chosen-model.ts';
import { withCase } from '../../case/opening.ts';
import { verifyCase } from '../../store/backup.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { textKind } from './output-kind.ts';
import { claimFile } from './output.ts';
import {
  putTimeStampOrder,
  sealKind,
  sealPath,
  sendTimeStampOrder,
  timeStampOrder,
  timeStampsOfSeal,
} from './seal-time-stamps.ts';
import { makeSealingKeys, ownKeys, publicKeyOf } from './sealing-keys.ts';

const signatureKind = textKind('a signature of a model', '{"mediaType":"application/vnd.dev.sigstore.bundle');

/** The `makeSealingKey` job: the keys of this user, made where there are none. */
export function makeSealingKey(): Promise<JobResult<'makeSealingKey'>> {
  const { keys, made } = makeSealingKeys();
  return Promise.resolve({ keys: [...keys], made });
}

/** The `seal` job: a signed statement of everything that a case holds now, which its history tells of. */
export async function sealCase(input: ParsedJobInput<'seal'>, context: WorkContext): Promise<JobResult<'seal'>> {
  const order = await timeStampOrder(input);
  if (input.makeKey) makeSealingKeys();
  const { privateKey, publicKey } = ownKeys('case');
  const key = fingerprintOf(publicKey);
  const path = input.output ?? sealPath(input.casePath);
  const output = await claimFile(path, sealKind, { reads: [input.casePath], force: input.force });
  const { problems } = verifyCase(input.casePath);
  if (problems.length > 0)
    throw usageError(
      'CASE_CORRUPT',
      `The case is not as it was written, and was not sealed: ${problems.join(' ')}`,
      'See `assay audit --verify`. A seal says that all is as Assay wrote it.',
    );
  return withCase(input.casePath, 'change', async (session) => {
    const { writableCase } = session;
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const champion = findModel(session.models, undefined);
    if (order !== null && champion === undefined)
      throw usageError(
        'NO_MODEL',
        'A time-stamp waits in the outbox of the case until it arrives, and a case has none before its first model.',
        'Seal without a time-stamp, or train a model first: assay train --case FILE.',
      );
    writableCase.decisions.addAudit(doing, 'sealed', { key });
    const head = session.openCase.decisions.head() ?? impossible('the entry that was just written is there');
    const things = session.openCase.heldThings();
    const notes = {
      case: basename(session.path),
      sealedAtMs: doing.atMs,
      by: doing.by,
      rows: session.openCase.nextSequence(),
      history: { entry: head.entry, hash: head.hash },
      assay: packageFile.version,
    };
    const seal = sealOf(things, notes, privateKey, key);
    await output.write(seal);
    const entry =
      order === null || champion === undefined
        ? null
        : putTimeStampOrder(writableCase, doing, champion.id, seal, order);
    const timeStamp = entry === null ? null : await sendTimeStampOrder(writableCase, entry, output.path, context);
    return { ...notes, things: things.length, key, output: output.path, timeStamp, case: session.path };
  });
}

/** The `verifySeal` job: whether a case is what was sealed, and what came since. */
export async function verifySeal(input: ParsedJobInput<'verifySeal'>): Promise<JobResult<'verifySeal'>> {
  const path = resolve(input.seal ?? sealPath(input.casePath));
  const publicKey = publicKeyOf('case', input.key);
  const seal = await readFile(path, 'utf8');
  const opened = openSeal(seal, publicKey);
  const common = { key: fingerprintOf(publicKey), seal: path, case: resolve(input.casePath) };
  if (opened === null)
    return {
      ...common,
      isSigned: false,
      sealed: null,
      differences: [`${path} is no seal of this key, or was changed.`],
      entriesSince: 0,
      timeStamps: [],
    };
  const { problems } = verifyCase(input.casePath);
  return withCase(input.casePath, 'inspect', async ({ openCase }) => {
    const { notes, sealed } = opened;
    const { decisions } = openCase;
    const { entry, hash } = notes.history;
    const hasHistory = decisions.holds(notes.history);
    const stamped = await timeStampsOfSeal(seal, openCase, input.timeStampAuthority);
    const differences = [
      ...(hasHistory ? [] : [`Its history does not hold the entry ${entry} (${hash.slice(0, 12)}) that was sealed.`]),
      ...differencesFromSeal(sealed, openCase.heldThings()),
      ...problems,
      ...stamped.problems,
    ];
    const entriesSince = hasHistory ? (decisions.head()?.entry ?? 0) - entry : 0;
    return { ...common, isSigned: true, sealed: notes, differences, entriesSince, timeStamps: [...stamped.timeStamps] };
  });
}

/** The `signModel` job: `model.sig` over every file of an exported model, in OpenSSF model-signing's form. */
export async function signModel(
  input: ParsedJobInput<'signModel'>,
  context: WorkContext,
): Promise<JobResult<'signModel'>> {
  const { privateKey, publicKey } = ownKeys('model');
  const folder = resolve(input.folder);
  const output = await claimFile(join(folder, signatureName), signatureKind, { reads: [], force: input.force });
  const files = await filesOf(folder, context);
  await output.write(modelSignature(basename(folder), files, privateKey, publicKey));
  return { files: files.length, key: fingerprintOf(publicKey), output: output.path, folder };
}

/** The `verifyModel` job: whether the files of a folder are those that its `model.sig` signs. */
export async function verifyModel(
  input: ParsedJobInput<'verifyModel'>,
  context: WorkContext,
): Promise<JobResult<'verifyModel'>> {
  const folder = resolve(input.folder);
  const publicKey = publicKeyOf('model', input.key);
  const text = await readFile(join(folder, signatureName), 'utf8');
  const found = differencesFromSignature(text, await filesOf(folder, context), publicKey);
  const differences = found ?? [`${signatureName} is no signature of this key, or was changed.`];
  return { isSigned: found !== null, differences: [...differences], key: fingerprintOf(publicKey), folder };
}

/** Every file of a folder but its signature. @throws AssayError WRONG_USE where there is none. */
async function filesOf(folder: string, { signal }: WorkContext): Promise<readonly SignedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: SignedFile[] = [];
  for (const path of paths) {
    throwIfCancelled(signal);
    const name = relative(folder, path).split(sep).join('/');
    if (name === signatureName) continue;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    files.push({ name, sha256: hash.digest('hex') });
  }
  if (files.length === 0)
    throw usageError('WRONG_USE', `${folder} holds no files to sign.`, 'Export a model: assay export mlflow.');
  return files;
}
