import { z } from 'zod';

/* Which fields of inputs are paths of this machine, so that a host can look at each before the engine does. */

const marked = z.registry<{ readonly isPath: true }>();

/** A path of this machine; what is made of it (`optional`, `describe`, `default`) is one, too. */
export const path = z.string().min(1).register(marked, { isPath: true });

/** Every path in an input that nobody has parsed yet: what does not fit the schema is left to who parses it. */
export function pathsIn(schema: z.core.$ZodType, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (marked.get(schema)?.isPath === true) return typeof value === 'string' ? [value] : [];
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return typeof value === 'object'
        ? Object.entries(def.shape).flatMap(([name, field]) =>
            pathsIn(field, (value as Readonly<Record<string, unknown>>)[name]),
          )
        : [];
    case 'array':
      return Array.isArray(value) ? value.flatMap((each: unknown) => pathsIn(def.element, each)) : [];
    case 'union':
      return def.options.flatMap((option) => pathsIn(option, value));
    case 'record':
      return typeof value === 'object' ? Object.values(value).flatMap((each) => pathsIn(def.valueType, each)) : [];
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return pathsIn(def.innerType, value);
    case 'pipe':
      return pathsIn(def.in, value);
    case 'intersection':
      return [...pathsIn(def.left, value), ...pathsIn(def.right, value)];
    default:
      return [];
  }
}
