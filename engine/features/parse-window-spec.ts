import { LineCounter } from 'yaml';
import { z } from 'zod';
import { usageError } from '../domain/error.ts';
import { readYaml } from './read-yaml.ts';
import { windowSpecSchema, type WindowSpec } from '../domain/window-feature.ts';

/**
 * Reads features over time from a file: YAML, of which JSON is a part. Either a window spec, or a whole feature
 * spec as `assay features --spec` writes it, of which only `windows` counts.
 * @throws AssayError BAD_PROFILE naming the place.
 */
export function parseWindowSpec(text: string, fileName: string): WindowSpec {
  const { document, content: valuesOf } = readYaml(text, fileName, new LineCounter());
  if (document.errors.length > 0)
    throw usageError('BAD_PROFILE', `${fileName} is not YAML or JSON: ${document.errors[0].message}.`);
  const content = valuesOf();
  const whole = z.object({ windows: z.unknown() }).safeParse(content);
  const parsed = windowSpecSchema.safeParse(
    whole.success && whole.data.windows !== undefined ? whole.data.windows : content,
  );
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw usageError(
    'BAD_PROFILE',
    `${fileName} holds no valid features over time (${faults.slice(0, 3).join('; ')}).`,
    'Write a spec to start from with `assay features --case FILE --spec features.json`.',
  );
}
