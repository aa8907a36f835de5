/** Paths come from the engine's machine and are only shown, split at their end, or extended by a name. */

function separatorOf(path: string): string {
  return path.includes('\\') && !path.includes('/') ? '\\' : '/';
}

/** `transactions.csv.gz` of a path. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** The name without the endings of recordings, for a case that is made from it. */
export function fileStem(path: string): string {
  return fileName(path).replace(/(\.(csv|tsv|txt|ndjson|jsonl|json|parquet|assay))?(\.(gz|zst))?$/i, '');
}

export function joinPath(folder: string, name: string): string {
  const separator = separatorOf(folder);
  return folder.endsWith(separator) ? `${folder}${name}` : `${folder}${separator}${name}`;
}

/** The folder of a path, shortened in the middle where it is long: its beginning says the disk, its end the place. */
export function folderOf(path: string, mostLetters = 48): string {
  const folder = path.slice(0, Math.max(0, path.length - fileName(path).length - 1)) || separatorOf(path);
  if (folder.length <= mostLetters) return folder;
  const half = Math.floor((mostLetters - 1) / 2);
  return `${folder.slice(0, half)}…${folder.slice(-half)}`;
}
