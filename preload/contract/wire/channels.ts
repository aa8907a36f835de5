/** The only channels between the preload bridge and Electron's main process. */
export const channels = {
  /** invoke: one `Call`; gives an `Answer`. */
  call: 'assay:call',
  /** send: a subscription or its end. */
  subscription: 'assay:subscription',
  /** invoke: one `DialogQuestion`; gives paths. */
  dialog: 'assay:dialog',
  /** invoke: the path of a report and of the PDF to be; gives an `Answer`. */
  print: 'assay:print',
  /** send: the path of a file that was dropped onto the window. */
  dropped: 'assay:dropped',
  /** main to window: one `EventFrame`. */
  event: 'assay:event',
} as const;

export type DialogQuestion =
  | { readonly kind: 'recordings' | 'case' | 'model' | 'certificate' | 'folder' }
  | { readonly kind: 'newFile'; readonly suggestedName: string };

export function isDialogQuestion(value: unknown): value is DialogQuestion {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'newFile') return 'suggestedName' in value && typeof value.suggestedName === 'string';
  return ['recordings', 'case', 'model', 'certificate', 'folder'].some((kind) => kind === value.kind);
}
