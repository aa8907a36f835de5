import { spawn } from 'node:child_process';

/** The program that opens an address in the person's browser, with its fixed arguments. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // `start` is a word of the shell; this is what it does, without a shell that would read the address.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address of ours in the browser, if there is one. Never fails: the address was printed too. */
export function openBrowser(address: string): void {
  const [program, ...fixed] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...fixed, address], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
