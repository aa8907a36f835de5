import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { historyMark, historyMarksIn } from '../../engine/domain/history-mark.ts';
import { claimPdf, printArguments, printOrderIn, readReport, withHistory, writePdf } from './pdf-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-pdf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a report to be printed', () => {
  it('is named by the same arguments on both sides, with spaces and equals signs in its path', () => {
    const order = { report: join(folder, 'a = b.html'), output: join(folder, 'ü "x".pdf'), force: true };
    expect(printOrderIn(['/opt/Assay/assay', '--user-data-dir=x', ...printArguments(order)])).toEqual(order);
    expect(printOrderIn(['/opt/Assay/assay', join(folder, 'spring.assay')])).toBeNull();
  });

  it('is a page, and no other file of the user', async () => {
    const secret = join(folder, 'id_ed25519');
    writeFileSync(secret, '-----BEGIN OPENSSH PRIVATE KEY-----');
    await expect(readReport(secret)).rejects.toMatchObject({ code: 'WRONG_USE' });
    await expect(readReport(join(folder, 'none.html'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('is written over a PDF, and over nothing else unasked', async () => {
    const notes = join(folder, 'notes.txt');
    writeFileSync(notes, 'mine');
    const order = { report: 'r.html', output: notes, force: false };
    await expect(claimPdf(order)).rejects.toMatchObject({ code: 'WOULD_OVERWRITE' });
    await claimPdf({ ...order, force: true });
    const pdf = join(folder, 'r.pdf');
    await claimPdf({ ...order, output: pdf });
    await writePdf(pdf, Buffer.from('%PDF-1.4 one'));
    await claimPdf({ ...order, output: pdf });
    await writePdf(pdf, Buffer.from('%PDF-1.4 two'));
    expect(readFileSync(pdf, 'utf8')).toBe('%PDF-1.4 two');
  });

  it('names the head of the history as its page does, and no offset of the PDF becomes another', () => {
    const head = { entry: 12, hash: 'ab'.repeat(32) };
    const page = Buffer.from(`<!doctype html><p>x</p>\n<!-- ${historyMark(head)} -->\n`);
    const body = '%PDF-1.4\n1 0 obj\n(startxref of a text)\nendobj\nxref\n0 2\ntrailer\n<< /Size 2 >>\n';
    const ending = 'startxref\n53\n%%EOF\n';
    const named = Buffer.from(withHistory(Buffer.from(body + ending), page)).toString('latin1');
    expect(named.startsWith(body)).toBe(true);
    expect(named.endsWith(ending)).toBe(true);
    expect(named.slice(body.length, -ending.length)).toBe(`% ${historyMark(head)}\n`);
    expect(historyMarksIn(named)).toEqual([head]);
    expect(withHistory(Buffer.from(body + ending), Buffer.from('<!doctype html>'))).toEqual(Buffer.from(body + ending));
  });
});
