import type { VerdictKind } from '../../../engine/domain/verdict.ts';

/** What a simulated person is told when its process starts, as JSON in its first argument. */
export interface PersonTask {
  readonly casePath: string;
  readonly modelId: number;
  /** Settings of this person alone. */
  readonly homeFolder: string;
  readonly name: string;
  readonly seed: number;
  /** Acts to try; null for as many as there are until any message comes. */
  readonly acts: number | null;
}

/** An act that was acknowledged. */
export type DoneAct =
  | { readonly kind: 'verdict'; readonly key: string; readonly verdict: VerdictKind; readonly replaces: boolean }
  | { readonly kind: 'note'; readonly key: string; readonly text: string }
  | { readonly kind: 'undo'; readonly undone: string };

export type FromPerson =
  { readonly kind: 'done'; readonly act: DoneAct } | { readonly kind: 'refused'; readonly code: string };
