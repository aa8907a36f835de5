import type { Profile, TimeFormat } from '../domain/profile.ts';
import { isFinerThanMilliseconds } from '../domain/time-text.ts';
import type { ColumnFacts } from './column-facts.ts';

/** How the reason of a column says that its times are finer than they are kept, and for what share of its rows. */
const cutPhrase = /; (finer than a millisecond in .+ % of the sampled rows)$/;

/** Words for the reason of a column whose times are finer than they are kept; empty for others. */
export function cutWords(facts: ColumnFacts, format: TimeFormat): string {
  const present = facts.present();
  const finer = present.filter((text) => isFinerThanMilliseconds(text.trim(), format)).length;
  if (finer === 0) return '';
  const percent = Math.floor((100 * finer) / present.length);
  return `; finer than a millisecond in ${percent < 1 ? 'less than 1' : String(percent)} % of the sampled rows`;
}

/** A sentence for each column of times of which what is finer than a millisecond is cut. */
export function cutTimes(profile: Profile): readonly string[] {
  return profile.columns.flatMap(({ name, reason }) => {
    const words = cutPhrase.exec(reason)?.[1];
    return words === undefined
      ? []
      : [
          `'${name}' is ${words}; times are kept to the millisecond, and rows within one stay in the order they came in.`,
        ];
  });
}
