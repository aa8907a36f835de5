import { z } from 'zod';
import { path } from '../../engine/domain/path-fields.ts';
import { timeOrderSchema } from '../../engine/domain/window-feature.ts';

/*
 * What several nouns share: fields of inputs and results, and how a request is written down. Their names do not end in
 * `Schema`, for docs/surface writes them out where they are used.
 */

export { path };
export const modelChoice = z.string().optional().describe('model number or digest; the champion when absent');
export const notice = z.string().describe('something a person should know, in one sentence');

export const rowOrder = timeOrderSchema
  .nullable()
  .describe('how the rows came in time; null where there are no features over time');

/** Where to write. Over what is there already only where it is of the same kind, or where that was forced. */
export const outputChoice = {
  output: path,
  force: z.boolean().default(false).describe('replace files of another kind'),
};

/** The most rows of a page. */
export const PAGE_ROWS = 500;
export const pageLimit = z.number().int().min(1).max(PAGE_ROWS).default(200);
export const modelId = z.number().int().positive();
export const nothing = z.object({});

/** Marks what a request gives; exists for the type only. */
interface Request<Input extends z.ZodType, Output> {
  readonly input: Input;
  readonly output?: Output;
}

/** A request that gives `Output`: `request<Output>()(input)`. test/surface reads the type from there. */
export const request =
  <Output>() =>
  <Input extends z.ZodType>(input: Input): Request<Input, Output> => ({ input });
