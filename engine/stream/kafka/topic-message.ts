/** One message as the broker keeps it. */
export interface TopicMessage {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  /** Names and values in turn, as kcat prints them; a name may occur more than once. */
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
  /** Why it is no record, where that was found out before its value is read as JSON. */
  readonly fault?: string;
}

/** Bytes as text where they are valid UTF-8, else null. */
export function utf8Text(bytes: Buffer): string | null {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes) ? null : text;
}
