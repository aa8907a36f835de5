import { readFile } from 'node:fs/promises';
import { AssayError, usageError } from '../../domain/error.ts';
import { accessFrom, type TrackingAccess } from '../../export/mlflow/tracking-client.ts';

/**
 * How this process reaches tracking servers, by its environment. `ca` names a file of trusted certificates in PEM; without it,
 * MLflow's own variable does. Errors: FILE_NOT_FOUND, WRONG_USE where the file holds none.
 */
export async function trackingAccess(ca?: string): Promise<TrackingAccess> {
  const access = accessFrom(process.env);
  const path = ca ?? process.env['MLFLOW_TRACKING_SERVER_CERT_PATH'];
  return path === undefined ? access : { ...access, authorities: await readCertificates(path) };
}

async function readCertificates(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The certificates in ${path} cannot be read.`, {
      nextStep: 'Name a readable file in PEM with --ca FILE.',
      cause,
    });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw usageError('WRONG_USE', `${path} holds no certificate in PEM.`, 'Name a file in PEM with --ca FILE.');
  return text;
}
