import { formatDuration } from '../../data/format.ts';

/** What an entry of the history changed, from its JSON: names and values in a line; long digests are shortened. */
export function detailWords(details: string, timeWords: (instantMs: number) => string): string {
  let content: unknown;
  try {
    content = JSON.parse(details);
  } catch {
    return details;
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return valueWords(content, timeWords);
  return Object.entries(content)
    .filter(([name, value]) => value !== null && value !== '' && !unsaid.has(name))
    .map((entry) => entryWords(entry, timeWords))
    .join(' · ');
}

/** A name with its value: instants as times, lengths of time in hours and days. */
function entryWords([name, value]: readonly [string, unknown], timeWords: (instantMs: number) => string): string {
  if (typeof value === 'number' && instants.has(name))
    return `${nameWords(name.replace(/Ms$/u, ''))} ${timeWords(value)}`;
  if (typeof value === 'number' && name === 'gap') return `gap ${formatDuration(value)}`;
  return `${nameWords(name)} ${valueWords(value, timeWords)}`;
}

const instants: ReadonlySet<string> = new Set(['untilMs', 'closedUntilMs', 'atMs', 'fromMs', 'toMs']);

/** For the chain alone, or said already by what was done. */
const unsaid: ReadonlySet<string> = new Set(['recordSha256', 'action', 'kind']);

function nameWords(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ');
}

function valueWords(value: unknown, timeWords: (instantMs: number) => string): string {
  if (typeof value === 'string') return /^[0-9a-f]{64}$/u.test(value) ? value.slice(0, 8) : value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map((part) => valueWords(part, timeWords)).join(', ');
  const parts = Object.entries(value).map((entry) => entryWords(entry, timeWords));
  return `(${parts.join(', ')})`;
}
