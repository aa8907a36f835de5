import { envelopeLine } from '../../stream/kafka/envelope.ts';
import type { TopicMessage } from '../../stream/kafka/topic-message.ts';
import { openRecordingFile, writeManifest, type RecordingFile, type RecordingManifest } from './recording-files.ts';

/** Writes messages into a folder of rotated files with a manifest. */
export interface Recorder {
  readonly folder: string;
  /** Written by this recorder. */
  readonly messages: number;
  /** Names of the finished files, also of those that were there before. */
  readonly files: readonly string[];
  /** Errors: those of the disk, as the system names them. */
  write(messages: readonly TopicMessage[]): Promise<void>;
  /** Ends the last file and names it in the manifest. */
  finish(): Promise<void>;
}

export interface RecorderOptions {
  readonly folder: string;
  readonly manifest: RecordingManifest;
  /** Per partition, the offset of the first message that will come. */
  readonly startOffsets: ReadonlyMap<number, number>;
  /** Content of one file, not compressed. */
  readonly rotateBytes: number;
  /** Replace files of the names it needs that are no part of a recording. */
  readonly force: boolean;
}

/** The manifest of a recording that has no file yet. */
export function newManifest(clusterId: string, topic: string): RecordingManifest {
  return { version: 1, format: 'kcat', clusterId, topic, files: [] };
}

export function createRecorder({ folder, manifest, startOffsets, rotateBytes, force }: RecorderOptions): Recorder {
  const next = new Map(startOffsets);
  let messages = 0;
  let file: RecordingFile | undefined;
  const finish = async (): Promise<void> => {
    if (file === undefined) return;
    manifest.files.push(await file.finish(next));
    file = undefined;
    await writeManifest(folder, manifest);
  };
  return {
    folder,
    get messages() {
      return messages;
    },
    get files() {
      return manifest.files.map(({ name }) => name);
    },
    write: async (taken) => {
      if (taken.length === 0) return;
      file ??= await openRecordingFile(folder, fileName(manifest.files.length + 1), force);
      let firstMs = Number.POSITIVE_INFINITY;
      let lastMs = Number.NEGATIVE_INFINITY;
      for (const { timestampMs, partition, offset } of taken) {
        firstMs = Math.min(firstMs, timestampMs);
        lastMs = Math.max(lastMs, timestampMs);
        next.set(partition, offset + 1);
      }
      await file.write(
        taken.map((message) => envelopeLine(manifest.topic, message)),
        firstMs,
        lastMs,
      );
      messages += taken.length;
      if (file.bytes >= rotateBytes) await finish();
    },
    finish,
  };
}

export function fileName(number: number): string {
  return `part-${String(number).padStart(5, '0')}.ndjson.zst`;
}
