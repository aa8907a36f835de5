/** What an entry of the history changed, from its JSON: names and values in a line; long digests are shortened. */
export function detailWords(details: string): string {
  let content: unknown;
  try {
    content = JSON.parse(details);
  } catch {
    return details;
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return valueWords(content);
  return Object.entries(content)
    .filter(([name, value]) => value !== null && value !== '' && !unsaid.has(name))
    .map(([name, value]) => `${nameWords(name)} ${valueWords(value)}`)
    .join(' · ');
}

/** For the chain alone, or said already by what was done. */
const unsaid: ReadonlySet<string> = new Set(['recordSha256', 'action', 'kind']);

function nameWords(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ');
}

function valueWords(value: unknown): string {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/u.test(value) ? value.slice(0, 8) : value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(valueWords).join(', ');
  const parts = Object.entries(value).map(([name, part]) => `${nameWords(name)} ${valueWords(part)}`);
  return `(${parts.join(', ')})`;
}
