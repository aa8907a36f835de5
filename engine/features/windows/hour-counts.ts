import { hoursOfDay, hourWeights } from './habit-figures.ts';

/** Payments by hour of day, smoothed over the neighbouring hours, for any number of entities. */
export class HourCounts {
  #weights = new Int32Array(64 * hoursOfDay);

  get memoryBytes(): number {
    return this.#weights.byteLength;
  }

  create(slot: number): void {
    const at = slot * hoursOfDay;
    if (at >= this.#weights.length) {
      const grown = new Int32Array(Math.max(at + hoursOfDay, this.#weights.length * 2));
      grown.set(this.#weights);
      this.#weights = grown;
    }
    this.#weights.fill(0, at, at + hoursOfDay);
  }

  /** Adds a payment at an hour, or takes one away; a missing hour (-1) is none. */
  add(slot: number, hour: number, sign: 1 | -1): void {
    if (hour < 0) return;
    const at = slot * hoursOfDay;
    for (let step = 0; step < hourWeights.length; step += 1) {
      this.#weights[at + ((hour + step - 2 + hoursOfDay) % hoursOfDay)] += sign * hourWeights[step];
    }
  }

  /** The weight of all hours that have no more than this one. */
  countNotAbove(slot: number, hour: number): number {
    const at = slot * hoursOfDay;
    const own = this.#weights[at + hour];
    let sum = 0;
    for (let other = 0; other < hoursOfDay; other += 1) {
      const weight = this.#weights[at + other];
      if (weight <= own) sum += weight;
    }
    return sum;
  }
}
