import type { LeadingTheme } from '../../engine/domain/window-feature.ts';

/** What analysts call the themes, in the order of lists; the names of the command line and of reasons. */
export const themeNames: Readonly<Record<LeadingTheme, string>> = {
  amount: 'amount',
  velocity: 'velocity',
  new: 'new',
  time: 'time habit',
  terminal: 'terminal',
  risk: 'confirmed fraud',
  other: 'other features',
};
