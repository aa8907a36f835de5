import { resolve } from 'node:path';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { chooseModel } from '../../case/model/choose-model.ts';
import { openCaseToRead } from '../../case/open-case-to-read.ts';
import { writeWhole } from './write-whole.ts';
import { alertNarrative } from '../../case/alerts/alert-narrative.ts';
import { CaseSession } from '../../case/case-session.ts';
import { narrativeText } from '../../case/alerts/narrative.ts';

/**
 * The `export narrative` job: the draft about one decided alert as Markdown where the output ends in .md, else as plain
 * text. `rows` counts its sentences.
 * @throws AssayError WRONG_USE where the model has no such alert, or nobody has decided it.
 */
export async function exportNarrative(input: ParsedJobInput<'exportNarrative'>): Promise<JobResult<'exportNarrative'>> {
  const session = new CaseSession(input.casePath, openCaseToRead);
  try {
    const { stored, forest } = chooseModel(session.openCase, input.model);
    const narrative = alertNarrative(session, { modelId: stored.id, key: input.key });
    const output = resolve(input.output);
    const format = output.toLowerCase().endsWith('.md') ? 'markdown' : 'plain';
    await writeWhole(output, narrativeText(narrative, format));
    return {
      output,
      files: [output],
      rows: narrative.sentences.length,
      digest: forest.digest,
      case: resolve(input.casePath),
    };
  } finally {
    session.close();
  }
}
