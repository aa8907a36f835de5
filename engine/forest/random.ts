/** What a stream is drawn for: streams of different purposes never share a draw. */
export const streamPurposes = {
  subSample: 0,
  assayGrower: 1,
  libraryGrower: 2,
  bootstrap: 3,
  simulation: 4,
  belowLine: 5,
  learning: 6,
  transfers: 7,
  merchants: 8,
  missingLabels: 9,
  exploration: 10,
  perturbation: 11,
} as const;
export type StreamPurpose = keyof typeof streamPurposes;

/** A seeded source of random numbers. The same seed gives the same numbers on every machine. */
export interface RandomStream {
  /** Uniform in 0 .. 2^32 - 1. */
  nextUint32(): number;
  /** Uniform in [0, 1) with 53 random bits. */
  nextUnit(): number;
  /** Uniform in 0 .. bound - 1 without bias; `bound` is an integer from 1 to 2^32. */
  nextInteger(bound: number): number;
}

const GOLDEN_RATIO = 0x9e3779b9;

/** The 32-bit finaliser of MurmurHash3 (Appleby), which SplitMix generators use to spread a counter. */
function mix32(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * An independent stream for (seed, index, purpose): xoshiro128** of Blackman and Vigna, "Scrambled Linear
 * Pseudorandom Number Generators", ACM TOMS 47(4), 2021. Its 128-bit start state is the triple spread by a Feistel
 * network over SplitMix steps (Steele, Lea, Flood, OOPSLA 2014): a bijection, so two triples never share a state.
 * `seed` and `index` are integers from 0 to 2^32 - 1.
 */
export function randomStream(seed: number, index: number, purpose: StreamPurpose): RandomStream {
  const state = [seed | 0, index | 0, streamPurposes[purpose], GOLDEN_RATIO | 0];
  for (let step = 0; step < 16; step++) {
    state[step & 3] ^= mix32(state[(step + 3) & 3] + Math.imul(step + 1, GOLDEN_RATIO));
  }
  let [s0, s1, s2, s3] = state as [number, number, number, number];
  if ((s0 | s1 | s2 | s3) === 0) s3 = 1;

  const nextUint32 = (): number => {
    const scaled = Math.imul(s1, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result >>> 0;
  };

  return {
    nextUint32,
    nextUnit: () => {
      const high = nextUint32() >>> 5;
      return (high * 0x4000000 + (nextUint32() >>> 6)) / 0x20000000000000;
    },
    nextInteger: (bound) => {
      const limit = 0x100000000 - (0x100000000 % bound);
      let drawn = nextUint32();
      while (drawn >= limit) drawn = nextUint32();
      return drawn % bound;
    },
  };
}
