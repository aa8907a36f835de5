import { z } from 'zod';
import type { ScoreGraph } from '../../domain/model.ts';

const wordBytes = 4;

const notesSchema = z.object({
  inputs: z.array(z.object({ name: z.string(), columns: z.number().int().min(1), isDouble: z.boolean() })).min(1),
  isFlat: z.boolean(),
  output: z.string(),
  positions: z.array(z.number().int().min(0)),
  turn: z.union([z.literal(1), z.literal(-1)]),
  batchRows: z.number().int().min(1),
  medians: z.array(z.number()),
});

/** A graph as bytes: how long what is told of it is (32 bits, little-endian), that as JSON, and the file. */
export function encodeGraph({ bytes, positions, medians, ...notes }: ScoreGraph): Uint8Array {
  const told = new TextEncoder().encode(
    JSON.stringify(notesSchema.parse({ ...notes, positions: [...positions], medians: [...medians] })),
  );
  const encoded = new Uint8Array(wordBytes + told.length + bytes.length);
  new DataView(encoded.buffer).setUint32(0, told.length, true);
  encoded.set(told, wordBytes);
  encoded.set(bytes, wordBytes + told.length);
  return encoded;
}

/** Reads what `encodeGraph` wrote; its digest has been verified. */
export function decodeGraph(encoded: Uint8Array): ScoreGraph {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const end = wordBytes + view.getUint32(0, true);
  const { positions, medians, ...notes } = notesSchema.parse(
    JSON.parse(new TextDecoder().decode(encoded.subarray(wordBytes, end))),
  );
  return {
    ...notes,
    positions: Int32Array.from(positions),
    medians: Float32Array.from(medians),
    bytes: encoded.slice(end),
  };
}
