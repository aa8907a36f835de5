import type { WebFrameMain } from 'electron';

/** The one origin of the window; served by `app-protocol.ts`. */
export const appScheme = 'app';
export const appHost = 'assay';
export const startAddress = `${appScheme}://${appHost}/index.html`;

/** True for an address inside the window's own origin; parsed, since a prefix would let `app://assay.evil` through. */
export function isOwnAddress(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url !== null && url.protocol === `${appScheme}:` && url.host === appHost;
}

/** What of an IPC event says who sent it. */
export interface MessageSender {
  readonly sender: { readonly id: number };
  readonly senderFrame: Pick<WebFrameMain, 'url' | 'parent'> | null;
}

/**
 * True where a message comes from the main frame of a window of ours that shows our own page. Asked before anything
 * of the message is read; a frame that is gone, nested or elsewhere is not trusted.
 */
export function isTrustedSender({ sender, senderFrame }: MessageSender, knownWindows: ReadonlySet<number>): boolean {
  return (
    knownWindows.has(sender.id) && senderFrame !== null && senderFrame.parent === null && isOwnAddress(senderFrame.url)
  );
}
