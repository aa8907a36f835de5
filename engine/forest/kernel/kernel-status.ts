import { kernelUrl, loadKernel, type LoadedKernel } from './kernel-module.ts';

/** What `assay doctor` says about the kernel. Without it the typed-array scorer gives the same sums. */
export interface KernelStatus {
  readonly available: boolean;
  readonly detail: string;
}

const details: Readonly<Record<LoadedKernel['state'], string>> = {
  ready: 'rows are scored by the WebAssembly kernel',
  missing: 'the WebAssembly kernel is not built',
  unsupported: 'this runtime cannot run the WebAssembly kernel, which needs vectors and threads',
};

/** Whether the WebAssembly kernel scores rows here. */
export function kernelStatus(url: URL = kernelUrl): KernelStatus {
  const { state } = loadKernel(url);
  return { available: state === 'ready', detail: details[state] };
}
