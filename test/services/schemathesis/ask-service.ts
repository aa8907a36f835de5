import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startScoringService } from '../../../engine/host/scoring-service.ts';
import { pythonEnvironment } from '../python-environment.ts';

export const schemathesis = pythonEnvironment('schemathesis');

/** What a run over all operations of a service came to. */
export interface AskedService {
  /** The tool's own report; it names each failure with a request that shows it. */
  readonly report: string;
  readonly failed: boolean;
}

/** Serves the model of a case on loopback and has schemathesis ask it what its OpenAPI document allows and forbids. */
export async function askService(casePath: string, examples: number, seed: number): Promise<AskedService> {
  const service = await startScoringService(
    { model: casePath, hostname: '127.0.0.1', port: 0, mostBodyBytes: 2 ** 24 },
    new AbortController().signal,
  );
  const parameters = ['run', `${service.address}/openapi.json`, '--max-examples', String(examples), '--no-color'];
  try {
    const { stdout } = await promisify(execFile)(
      schemathesis.program('schemathesis'),
      ['--config-file', join(import.meta.dirname, 'schemathesis.toml'), ...parameters, '--seed', String(seed)],
      // It keeps what it found where it runs.
      { maxBuffer: 1 << 26, cwd: dirname(casePath) },
    );
    return { report: stdout, failed: false };
  } catch (error) {
    return { report: String((error as { readonly stdout?: unknown }).stdout ?? error), failed: true };
  } finally {
    await service.close();
  }
}
