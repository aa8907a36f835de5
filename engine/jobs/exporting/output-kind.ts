import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { openRecording } from '../../stream/open-recording.ts';

const headBytes = 65_536;
const byteOrderMark = '\uFEFF';

/** A kind of file that Assay writes. What is in a file decides whether it is of the kind, never its name. */
export interface OutputKind {
  /** With its article, as it stands in a sentence: "a CSV of scores". */
  readonly words: string;
  readonly holds: (path: string) => Promise<boolean>;
}

/** Text that begins in one way, also where it is compressed. */
export function textKind(words: string, beginning: string | RegExp): OutputKind {
  const begins =
    typeof beginning === 'string'
      ? (text: string) => text.startsWith(beginning)
      : (text: string) => text.search(beginning) === 0;
  return {
    words,
    holds: async (path) => {
      const head = (await readHead(path)).toString('utf8');
      return head === '' || begins(head.startsWith(byteOrderMark) ? head.slice(1) : head);
    },
  };
}

/** A Parquet file with just these columns. */
export function parquetKind(words: string, columns: readonly string[]): OutputKind {
  return {
    words,
    holds: async (path) => {
      const reader = await openRecording(path).catch(() => undefined);
      try {
        return reader?.format.kind === 'parquet' && reader.columnNames.join('\n') === columns.join('\n');
      } finally {
        await reader?.close();
      }
    },
  };
}

/** An ONNX model that Assay wrote: the producer's name (field 2 of ModelProto, onnx.proto3) follows the version (field 1). */
export const onnxKind: OutputKind = {
  words: 'an ONNX model of Assay',
  holds: async (path) => {
    const head = (await readHead(path)).toString('latin1');
    return head.startsWith('\b') && head.startsWith('\x12\x05assay', 2);
  },
};

/** The first bytes of what a file holds, unpacked where it is compressed. */
async function readHead(path: string): Promise<Buffer> {
  const head = await firstBytes(createReadStream(path, { end: headBytes - 1 }));
  const unpacker = isGzip(head) ? createGunzip() : isZstandard(head) ? createZstdDecompress() : undefined;
  if (unpacker === undefined) return head;
  // What it unpacks to may be nothing yet, or the file is not what it seemed to be: it is judged by its own bytes then.
  pipeline(createReadStream(path), unpacker, () => undefined);
  return firstBytes(unpacker).catch(() => head);
}

async function firstBytes(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const chunk of stream) return chunk;
  return Buffer.alloc(0);
}

function isGzip(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt16BE(0) === 0x1f8b;
}

function isZstandard(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528;
}
