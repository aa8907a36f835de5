import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/* A recording with cards, codes, tracks, names, addresses and mail, and how to look for them in all that was made of it. */

const people = 25;
const rows = 1500;

function withCheckDigit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const weighed = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const cardOf = (person: number): string =>
  withCheckDigit(`51673${String(9_400_017_311 + person * 104_729)}`.slice(0, 15));
/** Longer than a code is, so that no other number holds it by chance; read all the same by its first digits. */
const codeOf = (person: number): string => String(1000 + ((person * 7919 + 4211) % 9000));
const nameOf = (person: number): string => `Quirin${'abcdefghijklmnopqrstuvwxy'[person]} Zebrowskyx`;
const mailOf = (person: number): string => `q${person}zebrowskyx@example.org`;
const streetOf = (person: number): string => `${person + 3} Zwiebelgassx`;
const trackOf = (person: number): string => `;${cardOf(person)}=29121010000${person}?`;

const all = Array.from({ length: people }, (_, person) => person);
/** What only a card's owner may know, and who they are. */
export const secrets: readonly string[] = all.flatMap((person) => [
  cardOf(person),
  nameOf(person),
  mailOf(person),
  streetOf(person),
  trackOf(person),
]);
/** Codes are short: other numbers hold them by chance, cells do not. */
export const codes: readonly string[] = all.map(codeOf);

const columns = [
  'payment_id',
  'paid_at',
  'card_number',
  'cvv',
  'track2',
  'customer_name',
  'email',
  'billing_address',
  'terminal_id',
  'amount',
  'is_fraud',
];

/** Payments as CSV with everything that nobody is to see, and a line that cannot be read. */
export function recordingOfPeople(): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const person = (row * 17) % people;
    const wild = row % 60 === 30;
    return [
      `P${10_000 + row}`,
      new Date(Date.UTC(2025, 0, 1) + row * 3_600_000).toISOString(),
      cardOf(person).replace(/(\d{4})(?=\d)/g, row % 2 === 0 ? '$1' : '$1 '),
      codeOf(person),
      trackOf(person),
      nameOf(person),
      mailOf(person),
      streetOf(person),
      `T${row % 9}`,
      wild ? 3000 + row : 20 + (row % 31),
      wild ? 1 : 0,
    ].join(',');
  });
  // One that cannot be read, with everything in it.
  lines.splice(700, 0, `P1,${cardOf(1)},${nameOf(2)},${trackOf(3)}`);
  return `${columns.join(',')}\n${lines.join('\n')}\n`;
}

/** Everything under a folder, files within files unpacked. */
export function everythingUnder(folder: string): readonly (readonly [path: string, content: Buffer])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .flatMap((path): readonly (readonly [string, Buffer])[] => {
      const content = readFileSync(path);
      const unpacked = content.subarray(0, 2).toString('hex') === '1f8b' ? [gunzipSync(content)] : framesIn(content);
      return [[path, content], ...unpacked.map((each) => [path, each] as const)];
    });
}

/** Blobs of a case are Zstandard frames; those that lie in one piece, in free pages and logs too. */
export function framesIn(content: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let at = content.indexOf('28b52ffd', 0, 'hex'); at >= 0; at = content.indexOf('28b52ffd', at + 4, 'hex')) {
    try {
      frames.push(zstdDecompressSync(content.subarray(at)));
    } catch {
      // In several pages: what the store gives is looked at beside.
    }
  }
  return frames;
}

/** Which texts lie in some contents, byte by byte. */
export function foundIn(texts: readonly string[], contents: readonly (readonly [string, Buffer])[]): readonly string[] {
  return contents.flatMap(([path, content]) =>
    texts.flatMap((text) => (content.includes(text) ? [`${text} in ${path}`] : [])),
  );
}
