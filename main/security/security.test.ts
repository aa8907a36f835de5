import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readContainedFile } from './contained-file.ts';
import { isOwnAddress, isTrustedSender } from './trusted-page.ts';

vi.mock('electron', () => ({ shell: {} }));
const { mayOpenExternally } = await import('./open-external.ts');

describe('a path of an address', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-contained-'));
  const root = join(folder, 'window');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'index.html'), 'page');
  writeFileSync(join(root, 'assets', 'a b.js'), 'script');
  symlinkSync(join(folder, 'secret.txt'), join(root, 'link.txt'));

  it('names a file inside the folder', async () => {
    expect(await readContainedFile(root, '/')).toMatchObject({ contentType: 'text/html; charset=utf-8' });
    expect(await readContainedFile(root, '/assets/a%20b.js')).toMatchObject({
      contentType: 'text/javascript; charset=utf-8',
    });
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/link.txt',
    '/assets',
    '/index.html%00.js',
    '/%ff',
    '//etc/passwd',
  ])('never leads outside of it: %s', async (path) => {
    expect(await readContainedFile(root, path)).toBeNull();
  });
});

describe('trust in a sender', () => {
  const known = new Set([1]);
  const ours = { url: 'app://assay/index.html', parent: null };

  it('is given to the main frame of a known window on our own page', () => {
    expect(isTrustedSender({ sender: { id: 1 }, senderFrame: ours }, known)).toBe(true);
  });

  it('is refused to an unknown window, a frame that is gone or nested, and any other page', () => {
    const refused = [
      { sender: { id: 2 }, senderFrame: ours },
      { sender: { id: 1 }, senderFrame: null },
      { sender: { id: 1 }, senderFrame: { ...ours, parent: {} as never } },
      { sender: { id: 1 }, senderFrame: { ...ours, url: 'https://assay/index.html' } },
    ];
    for (const sender of refused) expect(isTrustedSender(sender, known)).toBe(false);
  });

  it('is not fooled by an address that begins like ours', () => {
    for (const address of [
      'app://assay.evil/',
      'app://assay@evil/',
      'app://evil/assay',
      'about:blank',
      '',
      'app:assay',
    ])
      expect(isOwnAddress(address), address).toBe(false);
  });
});

describe('the way out to the system browser', () => {
  it('is open for https addresses of allowed hosts alone', () => {
    expect(mayOpenExternally('https://mlflow.org/docs')).toBe(true);
    for (const address of [
      'http://mlflow.org/',
      'https://mlflow.org.evil.example/',
      'https://mlflow.org@evil.example/',
      'https://user:name@mlflow.org/',
      'https://mlflow.org:8443/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'mlflow.org',
    ])
      expect(mayOpenExternally(address), address).toBe(false);
  });
});
