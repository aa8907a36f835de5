import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildKernel } from './build.mjs';

it('two builds give the same bytes: a release can be compared with its sources', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-kernel-build-'));
  try {
    const files = [join(folder, 'first.wasm'), join(folder, 'second.wasm')];
    for (const file of files) await buildKernel(file);
    const [first, second] = await Promise.all(files.map((file) => readFile(file)));
    expect(first.equals(second)).toBe(true);
    expect(first.subarray(0, 4).toString('latin1')).toBe('\0asm');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
