import { resolve } from 'node:path';

/**
 * The case that a command line names, as an absolute path: `--case=FILE`, or a file ending in .assay, which is how the
 * system passes one that was opened in a file manager. Null where it names none.
 * @param folder from which a relative path counts
 */
export function caseArgument(argv: readonly string[], folder: string): string | null {
  const named = argv.find((argument) => argument.startsWith('--case='))?.slice('--case='.length);
  const path = named ?? argv.slice(1).find((argument) => !argument.startsWith('-') && /\.assay$/i.test(argument));
  return path === undefined || path === '' ? null : resolve(folder, path);
}
