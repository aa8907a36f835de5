/** The parts of a time in several columns as one text, a space between them; undefined where a part is missing. */
export function joinedText(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.map((part) => part?.trim()).join(' ');
}
