/** What the preload world tells the main process through its binding. */
export type FromPage =
  | { readonly kind: 'hello'; readonly url: string }
  | { readonly kind: 'preload-error'; readonly message: string }
  | { readonly kind: 'send'; readonly channel: string; readonly parameters: readonly unknown[] }
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly parameters: readonly unknown[] };

/** What the main process tells the preload world. */
export type ToPage =
  | { readonly kind: 'send'; readonly channel: string; readonly parameters: readonly unknown[] }
  | { readonly kind: 'result'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly ok: false; readonly message: string };

/** What a sandboxed preload sees as `process`. */
export interface PreloadProcess {
  readonly argv: readonly string[];
  readonly platform: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

export const BINDING = '__standinSend';
export const RECEIVER = '__standinReceive';
