import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { z } from 'zod';
import { usageError } from '../../domain/error.ts';
import { claimFile, type ClaimedFile } from '../exporting/output.ts';
import { textKind } from '../exporting/output-kind.ts';

/** One finished file of a recording. */
const recordedFileSchema = z.object({
  name: z.string(),
  messages: z.number().int(),
  /** Of the content, not compressed. */
  bytes: z.number().int(),
  sha256: z.string(),
  firstTimestampMs: z.number(),
  lastTimestampMs: z.number(),
  /** Per partition the offset after the last one that this file or an earlier one holds. */
  nextOffsets: z.record(z.string(), z.number().int()),
});
export type RecordedFile = z.infer<typeof recordedFileSchema>;

/** What lies beside the files of a recording and says what they hold. */
const manifestSchema = z.object({
  version: z.literal(1),
  format: z.literal('kcat'),
  clusterId: z.string(),
  topic: z.string(),
  files: z.array(recordedFileSchema),
});
export type RecordingManifest = z.infer<typeof manifestSchema>;

const manifestName = 'manifest.json';
const manifestKind = textKind('a manifest of a recording', /\{\s*"version": 1,\s*"format": "kcat",/u);
const recordingKind = textKind('a part of a recording', '{"topic":"');

/** The manifest of a folder, or undefined where there is none yet. */
export async function readManifest(folder: string): Promise<RecordingManifest | undefined> {
  const path = join(folder, manifestName);
  if (!existsSync(path)) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    throw usageError('CORRUPT_RECORDING', `${path} is no manifest of a recording.`, 'Record into another folder.');
  }
}

/** The files of a recording in order: one file, or those that the manifest of a folder names. */
export async function filesOfRecording(recording: string): Promise<readonly string[]> {
  const path = resolve(recording);
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [path];
  const manifest = await readManifest(path);
  if (manifest === undefined)
    throw usageError(
      'FILE_NOT_FOUND',
      `${path} has no manifest.json.`,
      'Name a folder that `assay record` wrote, or a file.',
    );
  return manifest.files.map(({ name }) => join(path, name));
}

/** Replaces the manifest as a whole: it never names a file that is not finished. */
export async function writeManifest(folder: string, manifest: RecordingManifest): Promise<void> {
  const output = await claimFile(join(folder, manifestName), manifestKind, { reads: [], force: false });
  await output.write(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** A file being written: lines of JSON, compressed with Zstandard, checksummed. */
export interface RecordingFile {
  readonly bytes: number;
  readonly messages: number;
  write(lines: readonly string[], firstTimestampMs: number, lastTimestampMs: number): Promise<void>;
  /** Ends the file and gives it its name. */
  finish(nextOffsets: ReadonlyMap<number, number>): Promise<RecordedFile>;
}

/** @throws AssayError WOULD_OVERWRITE where a file of that name is no part of a recording, unless that is forced. */
export async function claimRecordingFile(folder: string, name: string, force: boolean): Promise<ClaimedFile> {
  return claimFile(join(folder, name), recordingKind, { reads: [], force });
}

export async function openRecordingFile(folder: string, name: string, force: boolean): Promise<RecordingFile> {
  const output = await claimRecordingFile(folder, name, force);
  const compressor = createZstdCompress();
  const written = output.stream((file) => pipeline(compressor, file));
  // A full disk is told by `write` or `finish`; it must not end the process before.
  written.catch(() => undefined);
  const hash = createHash('sha256');
  let bytes = 0;
  let messages = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    get bytes() {
      return bytes;
    },
    get messages() {
      return messages;
    },
    write: async (lines, firstTimestampMs, lastTimestampMs) => {
      const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      hash.update(content);
      bytes += content.length;
      messages += lines.length;
      firstMs = Math.min(firstMs, firstTimestampMs);
      lastMs = Math.max(lastMs, lastTimestampMs);
      if (!compressor.write(content)) await Promise.race([once(compressor, 'drain'), written]);
    },
    finish: async (nextOffsets) => {
      compressor.end();
      await written;
      return {
        name,
        messages,
        bytes,
        sha256: hash.digest('hex'),
        firstTimestampMs: firstMs,
        lastTimestampMs: lastMs,
        nextOffsets: Object.fromEntries(nextOffsets),
      };
    },
  };
}
