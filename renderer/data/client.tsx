import { createContext, useContext } from 'react';
import type { AssayClient } from '../../preload/contract/client.ts';
import type { Answer, ErrorReport } from '../../preload/contract/envelope.ts';

const ClientContext = createContext<AssayClient | null>(null);

export const ClientProvider = ClientContext.Provider;

/** The one door to the engine. */
export function useClient(): AssayClient {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('The window was drawn before it was connected to the engine.');
  return client;
}

/** A failure the engine named, as an error that queries can carry. */
export class RequestError extends Error {
  readonly report: ErrorReport;
  constructor(report: ErrorReport) {
    super(report.message);
    this.name = 'RequestError';
    this.report = report;
  }
}

/** The data of an answer; a failed answer is thrown as `RequestError`. */
export function dataOf<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.data;
  throw new RequestError(answer.error);
}

/** What to tell a person about anything that was thrown. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof RequestError) return error.report;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', kind: 'failure', message };
}
