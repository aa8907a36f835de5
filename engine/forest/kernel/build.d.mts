/** Compiles the kernel and writes it to `output`, whole or not at all; see build.mjs. */
export function buildKernel(output?: string): Promise<void>;
