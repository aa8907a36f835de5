import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { recordingsDigest } from '../../case/decisions/decision-journal.ts';
import { doingOf } from '../../case/decisions/doing.ts';
import { readFourEyes, setFourEyes } from '../../case/decisions/four-eyes.ts';
import { handedOverSchema, ownWords, takeWords } from '../../case/decisions/handed-over.ts';
import { withCase } from '../../case/opening.ts';
import { usageError } from '../../domain/error.ts';
import type { WorkContext } from '../../domain/progress.ts';
import { fingerprintOf } from '../../export/sealing/envelope.ts';
import { handOverOf, openHandOver } from '../../export/sealing/hand-over.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { textKind } from './output-kind.ts';
import { claimFile } from './output.ts';
import { makeSealingKeys, ownKeys, publicKeyOf } from './sealing-keys.ts';

const handOverKind = textKind('a hand-over', '{"payload":"');

/** The `fourEyes` job: which outcomes need a second person, set where they are named, and what waits for one. */
export function reportFourEyes(
  input: ParsedJobInput<'fourEyes'>,
  context: WorkContext,
): Promise<JobResult<'fourEyes'>> {
  const { rule } = input;
  return withCase(input.casePath, rule === undefined ? 'read' : 'change', (session) => {
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    if (rule !== undefined) setFourEyes(session, rule, doing);
    const { rule: holds, waiting } = readFourEyes(session);
    return { ...holds, outcomes: [...holds.outcomes], waiting: [...waiting], case: resolve(input.casePath) };
  });
}

/** The `handOver` job: what this person said of outcomes that need two, signed with their key, for another laptop. */
export async function writeHandOver(
  input: ParsedJobInput<'handOver'>,
  context: WorkContext,
): Promise<JobResult<'handOver'>> {
  if (input.makeKey) makeSealingKeys();
  const { privateKey, publicKey } = ownKeys('case');
  const key = fingerprintOf(publicKey);
  const output = await claimFile(input.output, handOverKind, { reads: [input.casePath], force: input.force });
  return withCase(input.casePath, 'read', async (session) => {
    const by = input.by ?? doingOf(context).by;
    const said = ownWords(session, by);
    if (said.words.length === 0)
      throw usageError(
        'WRONG_USE',
        `${by} has said nothing in this case that needs a second person.`,
        'Say which outcomes do with `assay four-eyes`, and judge.',
      );
    await output.write(handOverOf(said, recordingsDigest(session.openCase), privateKey, key));
    return { words: said.words.length, by, key, output: output.path, case: session.path };
  });
}

/** The `takeHandOver` job: another's words into this case, after their key was checked. */
export async function takeHandOver(
  input: ParsedJobInput<'takeHandOver'>,
  context: WorkContext,
): Promise<JobResult<'takeHandOver'>> {
  const publicKey = publicKeyOf('case', input.key);
  const signedBy = fingerprintOf(publicKey);
  const handed = handedOverSchema.safeParse(openHandOver(await readFile(input.file, 'utf8'), publicKey));
  if (!handed.success)
    throw usageError(
      'CHECK_FAILED',
      `${input.file} is no hand-over of this key, or was changed.`,
      'Ask whoever wrote it for it again, and for their public key by another way.',
    );
  return withCase(input.casePath, 'change', (session) => {
    const doing = { ...doingOf(context), ...(input.by === undefined ? {} : { by: input.by }) };
    const taken = takeWords(session, doing, handed.data, signedBy);
    return { ...taken, unmatched: [...taken.unmatched], by: handed.data.by, key: signedBy, case: session.path };
  });
}
