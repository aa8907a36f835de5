import { readFileSync, readdirSync } from 'node:fs';

/** Process ids of the engines below a host process, at any depth. Linux only, as the tests' Chromium is. */
export function enginePids(hostPid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : null;
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(hostPid).filter((pid) => /entry-(child|utility)\.[jt]s/.test(commandLineOf(pid)));
}

function parentOf(pid: number): number | null {
  try {
    // The name in parentheses may hold spaces; the parent is the second field after it.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return null;
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
