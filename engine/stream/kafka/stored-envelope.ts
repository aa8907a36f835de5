import { parseEnvelope } from './envelope.ts';
import type { TopicMessage } from './topic-message.ts';

const payloadField = '"payload":';

/** A message read back from its envelope as a case keeps it, its payload byte for byte; null where it was cut off. */
export function storedMessage(envelope: Uint8Array): TopicMessage | null {
  const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  let message: TopicMessage;
  try {
    message = parseEnvelope(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  // Quotes inside keys and headers are escaped, so the first such name is the field itself.
  const start = bytes.indexOf(payloadField) + payloadField.length;
  const isCopied = bytes[start] !== 0x22 && message.value !== null;
  return isCopied ? { ...message, value: bytes.subarray(start, -1) } : message;
}

/** Where a message was, from the beginning of its envelope. */
export function storedPlace(
  envelope: Uint8Array,
): { readonly partition: number; readonly offset: number; readonly timestampMs: number } | null {
  const head = new TextDecoder().decode(envelope.subarray(0, 512));
  const found = /^\{"topic":"[^"]*","partition":(\d+),"offset":(\d+),"tstype":"create","ts":(-?\d+),/.exec(head);
  if (found === null) return null;
  const [, partition, offset, timestampMs] = found.map(Number);
  return { partition, offset, timestampMs };
}
