import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;

/** The secret of one run of the browser host. */
export interface SessionToken {
  /** For the fragment of the printed address, which is in no request, log or referrer. */
  readonly text: string;
  /** Takes the same time wherever the first difference is. */
  matches(candidate: string): boolean;
}

export function createSessionToken(): SessionToken {
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  const expected = digest(text);
  return { text, matches: (candidate) => timingSafeEqual(digest(candidate), expected) };
}

/** Equal lengths for `timingSafeEqual`, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
