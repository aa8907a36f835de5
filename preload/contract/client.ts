import type { Answer } from './envelope.ts';
import type { EventName, Events } from './events.ts';
import type { JobInput, JobName } from './jobs.ts';
import type { RequestInput, RequestName, RequestOutput } from './requests.ts';

/** Native dialogs, where the host has them; null in a browser, which asks `folder.list` instead. */
export interface NativeDialogs {
  chooseRecordings(): Promise<readonly string[]>;
  chooseCase(): Promise<string | null>;
  /** A model that was made elsewhere, in ONNX. */
  chooseModel(): Promise<string | null>;
  /** Certificates in PEM that a server's own must be signed by. */
  chooseCertificate(): Promise<string | null>;
  chooseFolder(): Promise<string | null>;
  chooseNewFile(suggestedName: string): Promise<string | null>;
  /** The path of a file dropped onto the window. */
  pathOfDroppedFile(file: unknown): string | null;
}

/** The one door of a window: `window.assay` under Electron, the same shape over a socket in a browser. */
export interface AssayClient {
  readonly host: 'electron' | 'browser';
  request<R extends RequestName>(name: R, input: RequestInput<R>): Promise<Answer<RequestOutput<R>>>;
  /** Starts a job and gives its id at once; `job.progress` and `job.ended` tell the rest. */
  startJob<J extends JobName>(name: J, input: JobInput<J>): Promise<Answer<{ readonly jobId: string }>>;
  cancelJob(jobId: string): Promise<Answer<null>>;
  /** Returns a function that ends the subscription. */
  on<E extends EventName>(name: E, listener: (payload: Events[E]) => void): () => void;
  readonly dialogs: NativeDialogs | null;
  /** Prints a report that was written as PDF, by the window's own print; null in a browser, which prints by itself. */
  readonly printReport: ((report: string, output: string, force: boolean) => Promise<Answer<null>>) | null;
}
