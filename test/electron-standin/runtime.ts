/** What the command line and the app's package.json say; filled in by boot.ts before the app's own code runs. */
export const runtime = {
  electronVersion: '45.4.1-standin',
  chromium: process.env['STANDIN_CHROMIUM'] ?? '/usr/bin/chromium',
  isHeadless: process.env['STANDIN_HEADED'] !== '1',
  isPackaged: process.env['STANDIN_PACKAGED'] === '1',
  appPath: process.cwd(),
  appPackage: {} as { readonly name?: string; readonly productName?: string; readonly version?: string },
  /** Chromium switches of the command line, without the leading dashes. */
  switches: new Map<string, string>(),
  /** The script that plays the page's half; see page/. */
  pageScript: '',
};

/** Written where STANDIN_DEBUG is set: what was ignored, dropped or answered by default. */
export function debug(...words: readonly unknown[]): void {
  if (process.env['STANDIN_DEBUG'] !== undefined) console.error('[standin]', ...words);
}
