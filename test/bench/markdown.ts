import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/** A Markdown table; every row has one cell per column of the header. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** Writes a page formatted as the repository's formatter wants it. */
export async function writePage(path: string, text: string): Promise<void> {
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

/**
 * Replaces the text between `<!-- generated: NAME -->` and `<!-- end: NAME -->` of a page, so that what people wrote
 * around it stays. Throws where the page has no such section.
 */
export async function replaceSection(path: string, name: string, text: string): Promise<void> {
  const page = await readFile(path, 'utf8');
  const start = `<!-- generated: ${name} -->`;
  const end = `<!-- end: ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} has no section "${name}".`);
  await writePage(path, `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`);
}
