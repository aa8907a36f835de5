import { shell } from 'electron';

/** Hosts that a link of the window may lead to, each with why. */
const allowedHosts: ReadonlySet<string> = new Set([
  // The model formats and tools that exports are for.
  'mlflow.org',
  'onnx.ai',
  'kserve.github.io',
]);

/** True for an https address of an allowed host, with no user name or odd port that would disguise it. */
export function mayOpenExternally(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return (
    url !== null &&
    url.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    url.port === '' &&
    allowedHosts.has(url.hostname)
  );
}

/** The only way out of the window: hands an allowed address to the system's browser, and drops any other. */
export function openExternal(address: string): void {
  if (mayOpenExternally(address)) void shell.openExternal(address);
}
