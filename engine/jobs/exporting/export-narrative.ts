import { resolve } from 'node:path';
import { historyMark } from '../../domain/history-mark.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { withCase } from '../../case/opening.ts';
import { typedKey } from '../../case/alerts/alert-keys.ts';
import { alertNarrative } from '../../case/alerts/alert-narrative.ts';
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
  return withCase(input.casePath, 'read', async (session) => {
    const { id: modelId, digest } = session.chosenModel(input.model);
    const narrative = alertNarrative(session, { modelId, key: typedKey(input.key) });
    const format = output.path.toLowerCase().endsWith('.md') ? 'markdown' : 'plain';
    const history = historyMark(session.openCase.decisions.head());
    await output.write(`${narrativeText(narrative, format).trimEnd()}\n\n${history}\n`);
    return {
      output: output.path,
      files: [output.path],
      rows: narrative.sentences.length,
      digest,
      case: resolve(input.casePath),
    };
  });
}
