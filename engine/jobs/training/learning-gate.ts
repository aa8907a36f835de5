import type { LearningSource } from '../../domain/model.ts';

import type { CrossValidation, FigureWithInterval, Validation } from '../../learning/validate.ts';
import type { JobResult } from '../../../preload/contract/jobs.ts';

const share = (value: number): string => value.toFixed(3);

/**
 * What the figures say, in words that claim no more than they do. Later days are few alerts: what is surely worse on them is not
 * called better, and what only seems worse is said. Nor is what is surely worse over all transactions, which few drawn ones stand for.
 */
export function gateOf(
  validation: CrossValidation,
  forward: Validation | null,
  from: LearningSource,
): JobResult<'learn'>['gate'] {
  const { gain, transactionGain, wins } = validation;
  const isWorseLater = forward !== null && forward.gain.high < 0;
  const isBetter = validation.isBetter && !isWorseLater && !isWorseOverAll(validation);
  return {
    answer: isBetter ? 'better' : 'no better',
    sentence: isBetter ? betterSentence(validation, forward) : notBetterSentence(validation, forward, from),
    gain,
    transactionGain,
    wins,
  };
}

function betterSentence(validation: CrossValidation, forward: Validation | null): string {
  const found = `Better: frauds come earlier among alerts that were not learned from (${precisions(validation)}).`;
  const { allTransactions } = validation;
  if (forward !== null && forward.gain.value < 0)
    return `${found} On later days they did not, as far as ${forward.alerts} alerts tell (${precisions(forward)}): see what the next days show before you promote it.`;
  if (allTransactions !== null && allTransactions.gain.value < 0)
    return `${found} Over all transactions they did not, as far as ${allTransactions.drawn} verdicts from below the line tell (${beforeAndAfter(allTransactions.before, allTransactions.after)}): see what the next days show before you promote it.`;
  return `${found} Whether more fraud is found, the next days show.`;
}

function isWorseOverAll({ allTransactions }: CrossValidation): boolean {
  return allTransactions !== null && allTransactions.gain.high < 0;
}

function notBetterSentence(validation: CrossValidation, forward: Validation | null, from: LearningSource): string {
  const { allTransactions } = validation;
  if (validation.isBetter && allTransactions !== null && isWorseOverAll(validation))
    return (
      `No better: frauds come earlier among alerts, but over all transactions, which ${allTransactions.drawn} drawn from below the line stand for, they surely come later ` +
      `(${beforeAndAfter(allTransactions.before, allTransactions.after)}).`
    );
  return validation.isBetter && forward !== null
    ? `No better: learned from the earlier days, it ranks the alerts of later days surely worse than the forest (${precisions(forward)}).`
    : `No better: on alerts that were not learned from, these ${from === 'labels' ? 'labels' : 'verdicts'} do not rank more surely than the forest (${precisions(validation)}).`;
}

function precisions({ before, after }: Validation): string {
  return beforeAndAfter(before.averagePrecision, after.averagePrecision);
}

function beforeAndAfter(before: FigureWithInterval, after: FigureWithInterval): string {
  return `average precision ${share(before.value)} before, ${share(after.value)} after`;
}
