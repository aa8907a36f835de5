import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const projectFolder = resolve(import.meta.dirname, '../..');

/** What a script can open a connection with that needs no import, and so no wall sees. */
const openers =
  /(?<![.\w'`])(?:globalThis\.|window\.)?(?:fetch\s*\(|new (?:WebSocket|EventSource|XMLHttpRequest|WebTransport|RTCPeerConnection)\b)|\bsendBeacon\s*\(|\bnet\.(?:request|fetch)\s*\(|getBuiltinModule\s*\(|process\.binding\s*\(/u;

/** The door itself, and the window's one socket to the host that served it, which the host lists. */
const doors = ['engine/network/door.ts', 'renderer/data/socket-client.ts'];

function sources(): readonly string[] {
  return globSync('{engine,main,preload,renderer}/**/*.{ts,tsx,mjs}', { cwd: projectFolder })
    .filter((path) => !/\.test(-support)?\.tsx?$|node_modules|\.d\.ts$|assembly/u.test(path))
    .map((path) => path.replaceAll('\\', '/'));
}

/** A source without its comments, which may name what they like. */
function codeOf(path: string): string {
  return readFileSync(join(projectFolder, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/gu, '');
}

describe('the door to the network', () => {
  it('is the only place where a connection is opened', () => {
    const found = sources().filter((path) => openers.test(codeOf(path)));
    expect(found.toSorted()).toEqual(doors.toSorted());
  });

  it.each([
    'const answer = await fetch(url);',
    'globalThis.fetch (url)',
    'new WebSocket(address)',
    'navigator.sendBeacon(url)',
    "process.getBuiltinModule('net')",
  ])('is missed by nobody who writes %s', (code) => {
    expect(openers.test(code)).toBe(true);
  });

  it.each(['profile.refetch();', 'prefetch(x)', 'const fetchNoted = 1;', 'query.fetchNextPage()'])(
    'is not missed by %s',
    (code) => {
      expect(openers.test(code)).toBe(false);
    },
  );
});
