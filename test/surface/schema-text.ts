/*
 * A JSON Schema as indented text, one line a field: what a change of it changes is one line. Everything the schema says
 * is in it; what this file has no words for stands as it is written in JSON.
 */

interface JsonSchema {
  readonly [key: string]: unknown;
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** Said by the words and the lines below them; all else is listed behind. */
const saidOtherwise: ReadonlySet<string> = new Set([
  ...['$ref', '$schema', 'id', '$defs', 'type', 'description', 'properties', 'required', 'additionalProperties'],
  ...['items', 'prefixItems', 'anyOf', 'oneOf', 'enum', 'const', 'propertyNames'],
]);
/** Zod writes the borders of whole numbers that a double can hold; they are no choice of ours. */
const bordersOfWholeNumbers: ReadonlySet<unknown> = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** Lines of `title: type`, with what is inside it indented below. */
export function schemaLines(title: string, schema: unknown, indent = ''): readonly string[] {
  const known = schema as JsonSchema;
  const description = known.description === undefined ? '' : `   ${known.description}`;
  const line = `${indent}${title}: ${[typeWords(known), ...rules(known)].join(', ')}${description}`;
  return [line, ...inside(known).flatMap(([name, part]) => schemaLines(name, part, `${indent}  `))];
}

function typeWords({ $ref, type, enum: values, const: value, anyOf, oneOf, prefixItems }: JsonSchema): string {
  if ($ref !== undefined) return $ref.replace('#/$defs/', '');
  if (values !== undefined) return values.map((each) => JSON.stringify(each)).join(' | ');
  if (value !== undefined) return JSON.stringify(value);
  if (anyOf !== undefined || oneOf !== undefined) return 'one of';
  return prefixItems === undefined ? (type ?? 'anything') : 'tuple';
}

function rules(schema: JsonSchema): readonly string[] {
  return Object.entries(schema)
    .filter(([key, value]) => !saidOtherwise.has(key) && !bordersOfWholeNumbers.has(value))
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .concat(schema.additionalProperties === false ? ['nothing else'] : []);
}

function inside(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  const { properties = {}, required = [], additionalProperties, propertyNames, items } = schema;
  const { prefixItems = [], anyOf, oneOf } = schema;
  return [
    ...Object.entries(properties).map(([name, part]) => [required.includes(name) ? name : `${name}?`, part] as const),
    ...(typeof additionalProperties === 'object'
      ? [[`[${typeWords(propertyNames ?? {})}]`, additionalProperties] as const]
      : []),
    ...(items === undefined ? [] : [['each', items] as const]),
    ...prefixItems.map((part, place) => [String(place), part] as const),
    ...(anyOf ?? oneOf ?? []).map((part) => ['or', part] as const),
  ];
}
