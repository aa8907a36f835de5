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
