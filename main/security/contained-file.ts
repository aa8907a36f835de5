import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/**
 * The file that a URL's path names inside a folder, or null where there is none. Nothing outside the folder is ever
 * read: not by `..`, not by an encoded separator, not through a symbolic link.
 * @param urlPath as it stands in the URL, still percent-encoded
 */
export async function readContainedFile(
  folder: string,
  urlPath: string,
): Promise<{ readonly contentType: string; readonly bytes: Uint8Array<ArrayBuffer> } | null> {
  const relative = decodedPath(urlPath === '/' ? '/index.html' : urlPath);
  if (relative === null) return null;
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, relative));
    if (!path.startsWith(root + sep) || !(await stat(path)).isFile()) return null;
    const bytes = new Uint8Array(await readFile(path));
    return { contentType: contentTypes[extname(path)] ?? 'application/octet-stream', bytes };
  } catch {
    return null;
  }
}

/** Null for a path that no file of ours can have; an encoded separator or zero is never an accident. */
function decodedPath(urlPath: string): string | null {
  if (/%2f|%5c|%00|\\|\0/i.test(urlPath)) return null;
  try {
    const path = decodeURIComponent(urlPath);
    return path.split('/').includes('..') ? null : path;
  } catch {
    return null;
  }
}
