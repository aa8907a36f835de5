import { BrowserWindow, session, type Session } from 'electron';
import { AssayError } from '../../engine/domain/error.ts';
import { errorReportOf, type Answer } from '../../preload/contract/envelope.ts';
import { appScheme } from '../security/trusted-page.ts';
import { claimPdf, readReport, withHistory, writePdf, type PrintOrder } from './pdf-file.ts';

const printedAddress = `${appScheme}://report/`;
/** Whatever a template holds: no script runs, nothing is fetched. */
const printedPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const footer =
  '<div style="width:100%;font-size:8px;text-align:center;color:#6b7280"><span class="pageNumber"></span> / <span class="totalPages"></span></div>';

/**
 * Prints a report as PDF, as the window's own print lays it out, in a page that nobody sees, without scripts, files or network.
 * Call it after `ready`.
 * @throws AssayError those of `readReport`, `claimPdf` and `writePdf`
 */
async function printReport(order: PrintOrder): Promise<void> {
  const html = await readReport(order.report);
  await claimPdf(order);
  const printing = sessionShowing(html);
  const page = new BrowserWindow({
    show: false,
    webPreferences: { session: printing, sandbox: true, contextIsolation: true, javascript: false, webSecurity: true },
  });
  try {
    await page.loadURL(printedAddress);
    const pdf = await page.webContents.printToPDF({
      pageSize: 'A4',
      printBackground: true,
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: footer,
    });
    await writePdf(order.output, withHistory(pdf, html));
  } finally {
    page.destroy();
  }
}

/** The same, for whoever is to be told what went wrong. */
export async function answerToPrint(order: PrintOrder): Promise<Answer<null>> {
  try {
    await printReport(order);
    return { ok: true, data: null };
  } catch (error) {
    if (error instanceof AssayError) return { ok: false, error: errorReportOf(error) };
    const message = `The report could not be printed: ${error instanceof Error ? error.message : String(error)}.`;
    return { ok: false, error: { code: 'INTERNAL', kind: 'failure', message } };
  }
}

let printed = 0;

/** A session of its own, kept nowhere, whose one address is the report. */
function sessionShowing(html: Uint8Array): Session {
  const own = session.fromPartition(`printing-${++printed}`);
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  own.webRequest.onBeforeRequest(({ url }, decide) =>
    decide({ cancel: url !== printedAddress && !url.startsWith('data:') }),
  );
  own.protocol.handle(
    appScheme,
    () =>
      new Response(new Uint8Array(html), {
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': printedPolicy },
      }),
  );
  return own;
}
