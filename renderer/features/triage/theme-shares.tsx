import type { ReactNode } from 'react';
import type { AlertDetail } from '../../../preload/contract/alerts.ts';
import { signed } from '../../charts/contributions.tsx';
import { formatPercent, withCapital } from '../../data/format.ts';
import { themeNames } from '../../data/theme-names.ts';
import { unitWords } from './alert-text.ts';

/** What each theme adds to the score, as one bar and as a table with the strongest reason of each. */
export function ThemeShares({ themes, unit }: Pick<AlertDetail, 'themes' | 'unit'>): ReactNode {
  const sum = themes.reduce((total, { amount }) => total + amount, 0);
  return (
    <section aria-label="Themes">
      <h3 title={`The contributions of the features of each theme, added up; ${unitWords[unit]}`}>
        What leads this alert
      </h3>
      <div className="triage-theme-bar" aria-hidden="true">
        {themes
          .filter(({ share }) => share > 0)
          .map(({ theme, share }) => (
            <span
              key={theme}
              style={{ flexGrow: share }}
              title={`${withCapital(themeNames[theme])}: ${formatPercent(share)} of what raises the score`}
            >
              {share >= LEAST_NAMED && themeNames[theme]}
            </span>
          ))}
      </div>
      <table className="triage-themes">
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Theme</th>
            <th scope="col">Strongest reason</th>
            <th scope="col">Adds, {unitWords[unit]}</th>
          </tr>
        </thead>
        <tbody>
          {themes.map(({ theme, amount, sentence }) => (
            <tr key={theme} data-raises={amount > 0}>
              <th scope="row">{withCapital(themeNames[theme])}</th>
              <td>{amount > 0 ? withoutName(sentence ?? '', themeNames[theme]) : 'as usual'}</td>
              <td className="number">{signed(amount)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">Together</th>
            <td />
            <td className="number">{signed(sum)}</td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}

/** A narrower part of the bar has no room for its name. */
const LEAST_NAMED = 0.18;

/** A sentence without the theme that it begins with and without its full stop: both are told by the table. */
function withoutName(sentence: string, name: string): string {
  const prefix = `${withCapital(name)}: `;
  return withCapital((sentence.startsWith(prefix) ? sentence.slice(prefix.length) : sentence).replace(/\.$/u, ''));
}
