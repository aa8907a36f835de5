import { z } from 'zod';

/** The share of the alerts that is drawn at random from below the line once a learned model is the champion. */
export const USUAL_EXPLORED_SHARE = 0.1;

/** The blind sample below the line unless another is asked for; the queue takes from the draw of this seed. */
export const USUAL_DRAW = { share: 0.02, seed: 1 } as const;

/** How much of the queue comes from below the line. */
export const explorationSchema = z.object({ share: z.number().min(0).max(0.5) });
export type Exploration = z.infer<typeof explorationSchema>;

/** How many transactions from below the line stand beside so many alerts, so that they are `share` of all. */
export function exploredBeside(alerts: number, share: number): number {
  return Math.round((alerts * share) / (1 - share));
}
