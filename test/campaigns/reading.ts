/**
 * `npm run campaign:reading -- [--files N] [--numbers N] [--seed N]`: what the reading kernel gives beside the plain reader, alone and with
 * 1 to 3 threads, over random files of all dialects, cut anywhere, and beside `Number` over random texts. Exits with 1 at the first difference.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import fc from 'fast-check';
import { DecimalSum } from '../../engine/domain/decimal-sum.ts';
import { impossible } from '../../engine/domain/error.ts';
import { readingOf, startedHelp, writtenFiles, type Help } from '../../engine/stream/kernel/files.test-support.ts';
import { numbersByKernel } from '../../engine/stream/kernel/numbers.test-support.ts';
import { kernelModule, takeKernel, type ReadingKernel } from '../../engine/stream/kernel/reading-kernel.ts';

const textsAtOnce = 4096;

/** A generator of 32 random bits (xorshift). */
function randomBits(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

type Draw = (below: number) => number;

const digits = (draw: Draw, count: number): string => Array.from({ length: count }, () => String(draw(10))).join('');

const doubleBits = new Uint32Array(2);
const doubleOfBits = new Float64Array(doubleBits.buffer);

/** The middle of two neighbouring doubles, in all the digits that a mantissa of 64 bits holds. */
function middle(draw: Draw): string {
  const odd = 2n * (2n ** 52n + (BigInt(draw(2 ** 26)) << 26n) + BigInt(draw(2 ** 26))) + 1n;
  const text = (draw(2) === 0 ? odd * 5n : odd << BigInt(draw(8))).toString();
  const cut = text.slice(0, 19);
  const point = draw(cut.length + 1);
  return `${cut.slice(0, point)}.${cut.slice(point)}e${text.length - cut.length}`;
}

/** How numbers are written: the shortest text of a double, money, integers, middles of doubles, and what only looks like one. */
const kindsOfText: readonly ((draw: Draw) => string)[] = [
  (draw) => {
    doubleBits[0] = draw(2 ** 32);
    doubleBits[1] = draw(2 ** 32);
    return String(doubleOfBits[0]);
  },
  (draw) => String(Math.fround((draw(2 ** 32) - 2 ** 31) / 2 ** 28)),
  (draw) => String(((draw(2 ** 32) - 2 ** 31) / 2 ** 32) * 10 ** (draw(16) - 8)),
  (draw) => (draw(10 ** 9) / 100).toFixed(2),
  (draw) => digits(draw, 1 + draw(20)),
  (draw) => `${draw(2) === 0 ? '-' : ''}${digits(draw, draw(12))}.${digits(draw, draw(16))}`,
  (draw) => `0.${'0'.repeat(draw(14))}${digits(draw, 1 + draw(18))}`,
  (draw) => `${digits(draw, 1 + draw(18))}.${digits(draw, draw(4))}e${draw(120) - 60}`,
  middle,
  (draw) => `${'+-'.charAt(draw(3))}${digits(draw, draw(4))}${'.e,x'.charAt(draw(5))}${digits(draw, draw(4))}`,
];

const isPlainNumber = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Compares a batch of texts; gives how many the kernel left to others. */
function compareTexts(kernel: ReadingKernel, texts: readonly string[]): number {
  const { values, unsure, sum } = numbersByKernel(kernel, texts);
  const expected = new DecimalSum();
  texts.forEach((text, row) => {
    if (unsure.has(row)) return;
    const right = text === '' ? NaN : isPlainNumber.test(text) ? Number(text) : undefined;
    if (right === undefined || !Object.is(values[row], right))
      throw new Error(`'${text}' was read as ${values[row]}; it is ${right ?? 'no number'}.`);
    if (text !== '') expected.addText(text);
  });
  expected.settle();
  if (sum !== expected.toString()) throw new Error(`The sum is ${sum}; it should be ${expected.toString()}.`);
  return unsure.size;
}

const { values: given } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    numbers: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(given.seed);
const module = kernelModule() ?? impossible('the normal build makes the reading kernel');
const kernel = takeKernel(module);

const bits = randomBits(seed);
const draw: Draw = (below) => Math.floor((bits() / 2 ** 32) * below);
let compared = 0;
let left = 0;
while (compared < Number(given.numbers)) {
  const texts = Array.from({ length: textsAtOnce }, () => kindsOfText[draw(kindsOfText.length)](draw));
  left += compareTexts(kernel, texts);
  compared += texts.length;
}
console.log(`${compared} texts: no difference from Number, ${left} left to the plain reader`);

const helps: readonly Help[] = [
  { kernels: [kernel] },
  ...(await Promise.all([1, 2, 3].map((threadCount) => startedHelp(module, threadCount)))),
];
await fc.assert(
  fc.asyncProperty(writtenFiles, fc.constantFrom(...helps), async (file, help) => {
    if (!isDeepStrictEqual(await readingOf(file, help), await readingOf(file)))
      throw new Error(`With ${help.kernels.length} kernels it gives something else than the plain reader.`);
  }),
  { numRuns: Number(given.files), seed },
);
for (const { threads } of helps) await threads?.close();
console.log(`${given.files} files, with a kernel alone and with 1 to 3 threads: no difference from the plain reader`);
