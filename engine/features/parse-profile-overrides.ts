import { LineCounter, isMap, isNode, isScalar } from 'yaml';
import type { Document } from 'yaml';
import { usageError } from '../domain/error.ts';
import { profileOverridesSchema } from '../domain/profile.ts';
import type { ProfileOverrides } from '../domain/profile.ts';
import { nearNames } from './near-names.ts';
import { readYaml } from './read-yaml.ts';

const columnSchema = profileOverridesSchema.shape.columns.unwrap().valueType;
const topKeys: readonly string[] = Object.keys(profileOverridesSchema.shape);
const columnKeys: readonly string[] = Object.keys(columnSchema.shape);

const nextStep = `A profile file may hold ${topKeys.join(', ')}; each entry of columns may hold ${columnKeys.join(', ')}.`;

function badProfile(fileName: string, line: number, sentence: string): Error {
  return usageError('BAD_PROFILE', `${fileName}, line ${line}: ${sentence}`, nextStep);
}

/** 1-based line of the value at a path, or of its nearest ancestor that exists. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** Refuses keys that mean nothing, which would otherwise be passed over in silence. */
function assertKnownKeys(
  fileName: string,
  lines: LineCounter,
  node: unknown,
  known: readonly string[],
  where: string,
): void {
  if (!isMap(node)) return;
  for (const { key } of node.items) {
    const name = isScalar(key) ? String(key.value) : String(key);
    if (known.includes(name)) continue;
    const near = nearNames(name, known, 1);
    const hint = near.length === 0 ? '' : ` Did you mean '${near[0]}'?`;
    const line = isScalar(key) && key.range ? lines.linePos(key.range[0]).line : 1;
    throw badProfile(fileName, line, `'${name}' is not known ${where}.${hint}`);
  }
}

/**
 * Reads a profile file: YAML, of which JSON is a part. Column names are kept as written, numbers among them too.
 * An empty file says nothing. @throws AssayError BAD_PROFILE with the line.
 */
export function parseProfileOverrides(text: string, fileName: string): ProfileOverrides {
  const lines = new LineCounter();
  const { document, content } = readYaml(text, fileName, lines);
  const error = document.errors[0];
  if (error !== undefined) {
    throw badProfile(fileName, lines.linePos(error.pos[0]).line, `this is not YAML or JSON: ${error.message}.`);
  }
  if (document.contents === null) return {};
  if (!isMap(document.contents))
    throw badProfile(fileName, 1, 'a profile file holds named entries, not a list or a single value.');
  assertKnownKeys(fileName, lines, document.contents, topKeys, 'in a profile');
  const columns: unknown = document.get('columns', true);
  if (isMap(columns)) {
    for (const { key, value } of columns.items)
      assertKnownKeys(fileName, lines, value, columnKeys, `for the column '${String(key)}'`);
  }
  const parsed = profileOverridesSchema.safeParse(content());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
  throw badProfile(fileName, lineOf(document, lines, issue.path), `${where}${issue.message}.`);
}
