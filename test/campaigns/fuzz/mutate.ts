import type { Draw } from './random.ts';

/** What readers have stumbled over, put into inputs as it is. */
const tokens: readonly Buffer[] = [
  ...[
    '"',
    "'",
    '""',
    '\\',
    '\\u0000',
    '\\ud800',
    '{',
    '}',
    '[',
    ']',
    '{"a":',
    '[[',
    ',',
    ';',
    '\t',
    '|',
    '\n',
    '\r\n',
    '\r',
  ],
  ...[
    'NaN',
    '-',
    '1e309',
    '-0',
    '0x10',
    '9223372036854775808',
    '1,234.5',
    '1.234,5',
    'null',
    'None',
    '__proto__',
    'constructor',
  ],
  ...[
    '\u001b[2J',
    '\u202e',
    '\ufeff',
    '\u2028',
    '*a',
    '&a [*a, *a]',
    '!!binary',
    '? ',
    '2024-13-45',
    '10000000-01-01',
    '24:61',
  ],
].map((text) => Buffer.from(text));
const oddBytes = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x22, 0x2c, 0xc0, 0xf0];
const mostInputBytes = 1 << 16;

type Mutation = (bytes: Buffer, draw: Draw, other: Buffer) => Buffer;

function at(bytes: Buffer, place: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place + removed)]);
}

function writable(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) change(copy);
  return copy;
}

const mutations: readonly Mutation[] = [
  (bytes, draw) =>
    writable(bytes, (copy) => {
      copy[draw(copy.length)] ^= 1 << draw(8);
    }),
  (bytes, draw) =>
    writable(bytes, (copy) => {
      copy[draw(copy.length)] = oddBytes[draw(oddBytes.length)];
    }),
  (bytes, draw) =>
    writable(bytes, (copy) => {
      copy[draw(copy.length)] += draw(2) === 0 ? 1 : -1;
    }),
  (bytes, draw) => at(bytes, draw(bytes.length + 1), draw(16), Buffer.alloc(0)),
  (bytes, draw) => at(bytes, draw(bytes.length + 1), 0, tokens[draw(tokens.length)]),
  (bytes, draw) => at(bytes, draw(bytes.length + 1), 0, Buffer.from(Array.from({ length: draw(12) }, () => draw(256)))),
  (bytes, draw) => bytes.subarray(0, draw(bytes.length + 1)),
  (bytes, draw, other) =>
    Buffer.concat([bytes.subarray(0, draw(bytes.length + 1)), other.subarray(draw(other.length + 1))]),
  (bytes, draw) => {
    const from = draw(bytes.length + 1);
    const piece = bytes.subarray(from, from + 1 + draw(64));
    return at(bytes, draw(bytes.length + 1), 0, Buffer.concat(Array.from({ length: 1 + draw(4) }, () => piece)));
  },
  (bytes, draw) => {
    const token = tokens[draw(tokens.length)];
    return at(bytes, draw(bytes.length + 1), 0, Buffer.concat(Array.from({ length: 1 + draw(300) }, () => token)));
  },
];
/** Those that keep the places of what follows, for formats whose parts point at each other. */
const inPlace = mutations.slice(0, 3);

/** An input near `bytes`: one to six changes, mostly few; `other` is what it may be spliced with. */
export function mutated(bytes: Buffer, draw: Draw, other: Buffer, keepsPlaces = false): Buffer {
  const given = keepsPlaces && draw(4) > 0 ? inPlace : mutations;
  let result = bytes;
  for (let count = 1 + Math.min(draw(6), draw(6)); count > 0; count--)
    result = given[draw(given.length)](result, draw, other);
  return result.subarray(0, Math.max(mostInputBytes, bytes.length));
}
