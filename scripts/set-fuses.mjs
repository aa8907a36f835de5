// Run by electron-builder once the program's folder is complete, before anything is signed: sets every fuse of the
// binary. Its own `electronFuses` cannot ask for all of them, and would leave a fuse of a newer Electron as it is.
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { join } from 'node:path';

/** What a program that is shipped may do. */
export const shippedFuses = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Electron checks the archive on macOS and Windows only.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // WebAssembly is as fast as it can be with them.
  [FuseV1Options.WasmTrapHandlers]: true,
};

/** @type {Readonly<Record<string, string>>} */
const extensions = { darwin: '.app', win32: '.exe' };

/**
 * @typedef {object} PackedProgram what electron-builder tells its hook, as far as it is read here
 * @property {string} appOutDir
 * @property {string} electronPlatformName
 * @property {{ readonly executableName?: string, readonly appInfo: { readonly productFilename: string } }} packager
 */

/** @param {PackedProgram} program */
export async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const name = packager.executableName ?? packager.appInfo.productFilename;
  await setFuses(join(appOutDir, `${name}${extensions[electronPlatformName] ?? ''}`));
}

/**
 * Sets all fuses that a binary has; fails where it has one that is not decided above.
 * @param {string} binary
 * @param {Partial<typeof shippedFuses>} [changes]
 */
export async function setFuses(binary, changes = {}) {
  const present = await getCurrentFuseWire(binary);
  const entries = Object.entries({ ...shippedFuses, ...changes }).filter(([fuse]) => fuse in present);
  await flipFuses(binary, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    .../** @type {Record<FuseV1Options, boolean>} */ (Object.fromEntries(entries)),
  });
}
