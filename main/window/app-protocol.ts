import { protocol } from 'electron';
import { readContainedFile } from '../security/contained-file.ts';
import { contentSecurityPolicy, pageHeaders } from '../security/content-security-policy.ts';
import { appHost, appScheme } from '../security/trusted-page.ts';

/** Before `ready`, and once only: a second call would replace the first. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** After `ready`: serves the built window, and nothing outside its folder, with the policy on every answer. */
export function serveApp(rendererFolder: string): void {
  const headers = pageHeaders(contentSecurityPolicy());
  protocol.handle(appScheme, async (request) => {
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.host !== appHost) return new Response(null, { status: 404, headers });
    const file = await readContainedFile(rendererFolder, url.pathname);
    if (file === null) return new Response(null, { status: 404, headers });
    return new Response(file.bytes, { headers: { ...headers, 'content-type': file.contentType } });
  });
}
