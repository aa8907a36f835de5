import { AssayError, usageError } from '../../engine/domain/error.ts';
import { startScoringService } from '../../engine/host/scoring-service.ts';
import { errorReportOf } from '../../preload/contract/envelope.ts';
import { trackingServer } from './publish-target.ts';
import type { CommandSurroundings } from './surroundings.ts';

export interface ScoreServiceFlags {
  readonly model?: string;
  readonly modelName?: string;
  readonly trackingUri?: string;
  readonly host: string;
  readonly port: number;
  readonly maxBody: number;
}

/** `assay serve --score`: one model over HTTP until the process is told to stop, which is its ordinary end. */
export async function serveScores(
  flags: ScoreServiceFlags,
  { context, print, note, fail }: CommandSurroundings,
): Promise<void> {
  try {
    const service = await startScoringService(
      {
        model: requireModel(flags.model),
        ...(flags.modelName === undefined ? {} : { modelChoice: flags.modelName }),
        ...trackingServer(flags.trackingUri),
        hostname: flags.host,
        port: flags.port,
        mostBodyBytes: flags.maxBody,
      },
      context.signal,
    );
    const { name, digest, threshold } = service.model;
    print(service.address);
    note(`Scores of ${name} (digest ${digest.slice(0, 12)}), flagged from ${threshold.toFixed(6)}. Stop with Ctrl-C.`);
    await new Promise<void>((stop) => {
      if (context.signal.aborted) stop();
      else context.signal.addEventListener('abort', () => stop(), { once: true });
    });
    await service.close();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    fail(errorReportOf(error));
  }
}

function requireModel(model: string | undefined): string {
  if (model !== undefined) return model;
  throw usageError(
    'WRONG_USE',
    'No model was named.',
    'Add --model with a case, an ONNX file or its folder, or models:/NAME@ALIAS.',
  );
}
