/** Compiles the scoring kernel and writes it to `output`, whole or not at all; see build.mjs. */
export function buildKernel(output?: string): Promise<void>;
/** Compiles index.ts of a folder and writes it to `output`, whole or not at all. */
export function compileAssembly(folder: string, output: string): Promise<void>;
