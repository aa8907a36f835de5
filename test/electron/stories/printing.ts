import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { historyMarksIn } from '../../../engine/domain/history-mark.ts';
import { projectFolder } from '../../e2e/build.ts';
import { preparedCase } from '../../e2e/first-case.ts';
import { temporaryFolder, type ElectronWindow } from '../../e2e/launchers.ts';
import { shippedProgram } from '../electron.ts';

/** A report as PDF: by the window, and by the command that has the packaged program print it. */
export function printingStories(window: () => ElectronWindow, home: () => string): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const assay = (...parameters: readonly string[]) =>
    spawnSync(process.execPath, ['scripts/assay.mjs', 'report', ...parameters], {
      cwd: projectFolder,
      env: { ...process.env, ASSAY_WINDOW: shippedProgram(), ASSAY_HOME: join(folder.path, 'home') },
      encoding: 'utf8',
    });

  it('saves a report as PDF in the window', async () => {
    const { page, chooseNewFile } = window();
    const html = join(folder.path, 'window.html');
    const pdf = join(folder.path, 'window.pdf');
    await page.getByRole('button', { name: /: choose a case$/u }).click();
    await page.getByRole('menuitem', { name: 'Report…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Report' });
    await dialog.getByLabel('Alert, by its key').fill('');
    await chooseNewFile(html, () => dialog.getByRole('button', { name: 'Write the report…' }).click());
    await dialog.getByText(html).waitFor();
    await chooseNewFile(pdf, () => dialog.getByRole('button', { name: 'Save as PDF…' }).click());
    await dialog.getByText(pdf, { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    expect(pagesOf(pdf)).toBeGreaterThan(1);
    // The page that was printed is gone, and the window is the only one.
    expect(await window().app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('prints the same report by the command, runs no script of a template, and writes over no other file', () => {
    const file = join(folder.path, 'spring.assay');
    // What the window reported on is what earlier stories left in its case, the last of it still in the log.
    const shown = preparedCase(home());
    for (const end of ['', '-wal']) if (existsSync(`${shown}${end}`)) cpSync(`${shown}${end}`, `${file}${end}`);
    const template = join(folder.path, 'template.html');
    const [html, pdf] = [join(folder.path, 'command.html'), join(folder.path, 'command.pdf')];
    expect(assay('--write-template', '--out', template)).toMatchObject({ status: 0 });
    writeFileSync(
      template,
      readFileSync(template, 'utf8').replace(
        '<body>',
        '<body><script>document.body.remove(); document.title = "script ran"</script><img src="http://127.0.0.1:9/a.png">',
      ),
    );
    const whole = ['--case', file, '--case-wide', '--template', template, '--out', html];
    expect(assay(...whole, '--pdf', pdf)).toMatchObject({ status: 0, stderr: '' });
    expect(pagesOf(pdf)).toBe(pagesOf(join(folder.path, 'window.pdf')));
    expect(readFileSync(pdf, 'latin1')).not.toContain('script ran');
    const heads = historyMarksIn(readFileSync(html, 'utf8'));
    expect(heads).toHaveLength(1);
    expect(historyMarksIn(readFileSync(pdf, 'latin1'))).toEqual(heads);

    const notes = join(folder.path, 'notes.txt');
    writeFileSync(notes, 'mine');
    const refused = assay(...whole, '--pdf', notes);
    expect(refused.stderr).toContain('is there, and is no PDF');
    expect(refused.status).toBe(2);
    expect(readFileSync(notes, 'utf8')).toBe('mine');
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('--print-report=');
  });
}

/** How many pages a PDF says that it has. */
function pagesOf(path: string): number {
  const text = readFileSync(path, 'latin1');
  expect(text.startsWith('%PDF-')).toBe(true);
  return text.match(/\/Type\s*\/Page\b/gu)?.length ?? 0;
}
