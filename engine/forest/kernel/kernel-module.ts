import { readFileSync } from 'node:fs';

/** Where the build puts the compiled kernel. */
export const kernelUrl = new URL('./kernel.wasm', import.meta.url);

export type LoadedKernel =
  | { readonly state: 'ready'; readonly module: WebAssembly.Module }
  /** `missing`: not built. `unsupported`: this runtime lacks WebAssembly, its vectors or its threads. */
  | { readonly state: 'missing' | 'unsupported'; readonly module: null };

const loaded = new Map<string, LoadedKernel>();

/** Reads and compiles the kernel, once per file and process. Never throws. */
export function loadKernel(url: URL = kernelUrl): LoadedKernel {
  const known = loaded.get(url.href);
  if (known !== undefined) return known;
  const kernel = compileKernel(url);
  if (kernel.state !== 'missing') loaded.set(url.href, kernel);
  return kernel;
}

function compileKernel(url: URL): LoadedKernel {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(url));
  } catch {
    return { state: 'missing', module: null };
  }
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes)) return { state: 'unsupported', module: null };
  return { state: 'ready', module: new WebAssembly.Module(bytes) };
}
