/** Draws whole numbers from 0 to below `bound`; the same seed gives the same numbers. Mulberry32 (Tommy Ettinger, 2017). */
export type Draw = (bound: number) => number;

export function drawsOf(seed: number): Draw {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
