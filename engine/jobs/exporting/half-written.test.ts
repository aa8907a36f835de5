import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openCase } from '../../store/open-case.ts';
import { claimFile } from './output.ts';
import { textKind } from './output-kind.ts';

/** A process in the middle of an output. */
async function begun(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'half-written.child.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

it('takes what a killed export left with the next one and with the next opening of a case, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-half-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const parts = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));
  const foreign = ['.assay-notes.part', '.assay-00000000-4194305-1-0123456789ab.part', 'other.part'];
  for (const name of foreign) writeFileSync(join(folder, name), 'of somebody else');
  openCase(join(folder, 'a.assay'), { create: true }).close();

  const living = await begun(join(folder, 'living.txt'));
  try {
    const [livingPart = ''] = parts().filter((name) => !foreign.includes(name));
    expect(livingPart).toContain(`-${living.pid ?? ''}-`);
    await killed(await begun(join(folder, 'dead.txt')));
    expect(parts()).toHaveLength(5);
    const output = await claimFile(join(folder, 'next.txt'), textKind('text', 'some'), { reads: [], force: false });
    await output.write('some text');
    expect(parts().toSorted()).toEqual([livingPart, ...foreign].toSorted());

    await killed(await begun(join(folder, 'dead.txt')));
    expect(parts()).toHaveLength(5);
    openCase(join(folder, 'a.assay')).close();
    expect(parts().toSorted()).toEqual([livingPart, ...foreign].toSorted());
  } finally {
    await killed(living);
  }
  openCase(join(folder, 'a.assay')).close();
  expect(parts().toSorted()).toEqual(foreign.toSorted());
});
