import { z } from 'zod';
import { messageFrames } from './message-frame.ts';

/** What a person may say of how a text recording is written; what is not said is found by content. */
export const statedFormatSchema = z.object({
  /** What stands between fields: one ASCII character, its name (`tab`) or its code (`\x01`). */
  delimiter: z.string().optional(),
  /** Name of an encoding, as the WHATWG Encoding Standard or Python knows it. */
  encoding: z.string().optional(),
  /** What lies around each record of JSON, which is taken off; `none` reads it as it is. */
  frame: z.enum(messageFrames).optional(),
});
export type StatedFormat = z.infer<typeof statedFormatSchema>;
