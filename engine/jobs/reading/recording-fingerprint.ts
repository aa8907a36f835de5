import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { AssayError, usageError } from '../../domain/error.ts';
import { throwIfCancelled } from '../../domain/progress.ts';
import type { StoredFile } from '../../domain/record-batch.ts';

const edgeBytes = 1 << 20;

export interface RecordingFingerprint {
  readonly fingerprint: string;
  readonly storedBytes: number;
}

/**
 * Tells one recording from another without reading all of it: SHA-256 over the size and the first and last
 * MiB of the file as stored. Throws FILE_NOT_FOUND, NOT_A_FILE or PERMISSION_DENIED as wrong use.
 */
export async function fingerprintRecording(path: string): Promise<RecordingFingerprint> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw openingError(path, error);
  });
  try {
    const status = await file.stat();
    if (status.isDirectory()) throw notAFile(path);
    const hash = createHash('sha256').update(String(status.size));
    const buffer = Buffer.alloc(Math.min(edgeBytes, status.size));
    const head = await file.read(buffer, 0, buffer.length, 0);
    hash.update(buffer.subarray(0, head.bytesRead));
    const tail = await file.read(buffer, 0, buffer.length, Math.max(0, status.size - buffer.length));
    hash.update(buffer.subarray(0, tail.bytesRead));
    return { fingerprint: hash.digest('hex'), storedBytes: status.size };
  } finally {
    await file.close();
  }
}

/** Size and SHA-256 of a whole file as stored. Throws as `fingerprintRecording`. */
export async function digestOfFile(path: string, signal?: AbortSignal): Promise<StoredFile> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw openingError(path, error);
  });
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(edgeBytes);
    let storedBytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, storedBytes);
      if (bytesRead === 0) return { storedBytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      storedBytes += bytesRead;
      if (signal !== undefined) throwIfCancelled(signal);
    }
  } finally {
    await file.close();
  }
}

function openingError(path: string, error: NodeJS.ErrnoException): AssayError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return new AssayError('FILE_NOT_FOUND', 'usage', `There is no file ${path}.`, {
      nextStep: 'Check the path; quote it if it has spaces.',
      missingPath: path,
    });
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return usageError('PERMISSION_DENIED', `The file ${path} may not be read.`, 'Ask for read permission, or copy it.');
  if (error.code === 'EISDIR') return notAFile(path);
  return new AssayError('FILE_NOT_FOUND', 'usage', `The file ${path} cannot be opened: ${error.message}.`, {
    cause: error,
  });
}

function notAFile(path: string): AssayError {
  return usageError(
    'NOT_A_FILE',
    `${path} is a folder, not a recording.`,
    'Name the files in it, for example with a wildcard.',
  );
}
