import { createHash } from 'node:crypto';
import { extname, join, resolve } from 'node:path';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { openCaseToRead } from '../../case/opening.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { chosenModel } from '../../case/model/chosen-model.ts';
import { onnxOfModel } from './write-onnx.ts';
import { claimFile } from './output.ts';
import { onnxKind } from './output-kind.ts';

/**
 * The `export onnx` job: one model of a case as an ONNX file with what is needed to score with it alone: names,
 * threshold, profile and feature spec in its metadata.
 */
export async function exportOnnxModel(
  input: ParsedJobInput<'exportOnnx'>,
  context: WorkContext,
): Promise<JobResult<'exportOnnx'>> {
  const path = extname(input.output) === '.onnx' ? input.output : join(input.output, 'model.onnx');
  const output = await claimFile(path, onnxKind, { reads: [input.casePath], force: input.force });
  const openedCase = openCaseToRead(input.casePath);
  try {
    throwIfCancelled(context.signal);
    const chosen = chosenModel(openedCase, input.model);
    const { graph } = chosen.forest;
    if (graph !== undefined) {
      await output.write(graph.bytes);
      return {
        output: output.path,
        bytes: graph.bytes.length,
        sha256: createHash('sha256').update(graph.bytes).digest('hex'),
        digest: chosen.forest.digest,
        inputs: graph.inputs.map(({ name, columns, isDouble }) => ({
          name,
          type: isDouble ? 'float64' : 'float32',
          columns,
        })),
        notices: [
          "This is the file as it was given: it holds neither the case's features nor its line. Score with the case itself.",
        ],
        case: resolve(input.casePath),
      };
    }
    const { bytes, inputs, spec } = onnxOfModel(openedCase, chosen);
    await output.write(bytes);
    const windows = spec.windows?.features.length ?? 0;
    return {
      output: output.path,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      digest: chosen.forest.digest,
      inputs: inputs.map(({ name, holds, columns }) => ({ name, type: holds, columns })),
      notices:
        windows === 0
          ? []
          : [
              `${windows} features look back over time; the model takes them as finished numbers. \`assay score --model\` computes them from a recording.`,
            ],
      case: resolve(input.casePath),
    };
  } finally {
    openedCase.close();
  }
}
