import { resolve } from 'node:path';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { chooseModel } from '../../case/model/choose-model.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';
import { alertNarrative } from '../../case/alerts/alert-narrative.ts';
import { CaseSession } from '../../case/case-session.ts';
import { narrativeText } from '../../case/alerts/narrative.ts';
import { claimFile } from './output.ts';
import { textKind } from './output-kind.ts';

const narrativeKind = textKind('a narrative of Assay', /(# )?Draft about /u);

/**
 * The `export narrative` job: the draft about one decided alert as Markdown where the output ends in .md, else as plain
 * text. `rows` counts its sentences.
 * @throws AssayError WRONG_USE where the model has no such alert, or nobody has decided it.
 */
export async function exportNarrative(input: ParsedJobInput<'exportNarrative'>): Promise<JobResult<'exportNarrative'>> {
  const output = await claimFile(input.output, narrativeKind, { reads: [input.casePath], force: input.force });
  const session = new CaseSession(input.casePath, openCaseToRead);
  try {
    const { stored, forest } = chooseModel(session.openCase, input.model);
    const narrative = alertNarrative(session, { modelId: stored.id, key: input.key });
    const format = output.path.toLowerCase().endsWith('.md') ? 'markdown' : 'plain';
    await output.write(narrativeText(narrative, format));
    return {
      output: output.path,
      files: [output.path],
      rows: narrative.sentences.length,
      digest: forest.digest,
      case: resolve(input.casePath),
    };
  } finally {
    session.close();
  }
}
