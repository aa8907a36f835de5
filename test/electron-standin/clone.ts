import { decodeMessage, encodeMessage } from '../../preload/contract/wire/codec.ts';

/** Node 24 has no base64 on typed arrays yet; Chromium has no Buffer. */
const isNode = typeof Buffer !== 'undefined';

/** What Electron says of a function or a symbol, which structured clone refuses. */
const cannotBeCloned = 'An object could not be cloned.';

/** A value as text for the DevTools pipe, which carries only text. Runs in Node and in the page. */
export function toText(value: unknown): string {
  try {
    const bytes = encodeMessage(value);
    return isNode ? Buffer.from(bytes.buffer).toString('base64') : bytes.toBase64();
  } catch (error) {
    if (error instanceof TypeError) throw new Error(cannotBeCloned);
    throw error;
  }
}

export function fromText(text: string): unknown {
  return decodeMessage(isNode ? new Uint8Array(Buffer.from(text, 'base64')) : Uint8Array.fromBase64(text));
}
