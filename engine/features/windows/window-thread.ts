import type { SharedWindows } from '../kernel/window-kernel.ts';

/** A thread that helps with the features of a stream. Whoever starts it decides what kind of thread it is. */
export interface WindowThread {
  /** False until it has started; what it is asked before waits for it. */
  readonly isReady: () => boolean;
  /** Lets it help (`serveWindows`) until the kernel is closed. */
  readonly help: (windows: SharedWindows) => void;
  /** Gives the thread back, once its kernel is closed; it is asked nothing more. */
  readonly release: () => void;
}

/** Where threads come from, and how many may compute, the calling one included. */
export interface WindowThreads {
  readonly most: number;
  readonly start: () => WindowThread;
}
