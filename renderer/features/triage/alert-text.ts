import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { themeNames } from '../../data/theme-names.ts';

/** What contributions are counted in. */
export const unitWords: Readonly<Record<AlertDetail['unit'], string>> = {
  'path-length': 'in edges of path length',
  score: "in scores of the model's own scale",
  'score-by-perturbation': "in scores of the model's own scale, by perturbation",
};

/**
 * An alert as plain text for a report or a message: facts first, then what pushed the score, the sentence, the smallest
 * change, notes and history.
 */
export function alertAsText(title: string, detail: AlertDetail, timeText: (instantMs: number) => string): string {
  const {
    unit,
    facts,
    themes,
    contributions,
    restCount,
    restContribution,
    sentence,
    smallestChanges,
    row,
    notes,
    history,
  } = detail;
  const sum = contributions.reduce((total, { amount }) => total + amount, restContribution);
  const lines = [
    title,
    `Score ${row.score.toFixed(3)}, rank ${detail.rank} of ${detail.of}`,
    '',
    ...facts.map(({ label, value }) => `${label}: ${value}`),
    '',
    ...themes.map(({ theme, amount }) => `${withSign(amount)}  ${themeNames[theme]}`),
    ...(themes.length === 0 ? [] : ['']),
    ...contributions.map(({ description, value, amount }) => `${withSign(amount)}  ${description}: ${value}`),
    ...(restCount === 0 ? [] : [`${withSign(restContribution)}  The other ${restCount}`]),
    `${withSign(sum)}  Together, ${unitWords[unit]}`,
    ...(sentence === '' ? [] : ['', sentence]),
    ...(smallestChanges.length === 0 ? [] : ['', `Would not be flagged: ${smallestChanges.join('; or ')}`]),
    ...(notes.length === 0 ? [] : ['', 'Notes']),
    ...notes.map(({ text, writtenAtMs, writtenBy }) => `${timeText(writtenAtMs)}, ${writtenBy}: ${text}`),
    ...(history.length === 0 ? [] : ['', 'History']),
    ...history.map(({ atMs, by, what }) => `${timeText(atMs)}, ${by}: ${what}`),
  ];
  return lines.join('\n');
}

function withSign(amount: number): string {
  return `${amount < 0 ? '-' : '+'}${Math.abs(amount).toFixed(2)}`;
}
