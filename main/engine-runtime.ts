import { execFile } from 'node:child_process';
import { bundledNode } from '../scripts/runtime.mjs';

/** Below it the SQLite binding of the case file crashes without a word; Electron has it from 35 on. */
const LEAST_NODE_API = 10;
const ANSWER_LIMIT_MS = 10_000;

/** What the engine runs in under Electron. */
export type EngineRuntime =
  | { readonly kind: 'utility-process' }
  /** Beside an Electron that is too old: `node` is the path of a Node that is not. */
  | { readonly kind: 'child-process'; readonly node: string }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * Chooses what the engine runs in: Electron's utility process where its Node-API is new enough, else a child process of
 * the first of these Nodes that is; `nodeApiOf` answers null for what is no Node.
 */
export async function chooseEngineRuntime(
  versions: Readonly<Record<string, string | undefined>>,
  nodes: readonly string[],
  nodeApiOf: (node: string) => Promise<number | null>,
): Promise<EngineRuntime> {
  if (Number(versions['napi']) >= LEAST_NODE_API) return { kind: 'utility-process' };
  for (const node of nodes)
    if (((await nodeApiOf(node)) ?? 0) >= LEAST_NODE_API) return { kind: 'child-process', node };
  return {
    kind: 'none',
    reason:
      `Electron ${versions['electron']} has Node-API ${versions['napi']}, the engine needs ${LEAST_NODE_API}, ` +
      'and no Node 24 was found. Install one, or name its program in ASSAY_NODE',
  };
}

/** Where a Node may be: the one that a person named, the one that npm installed, the one of the system. */
export function nodesToTry(environment: NodeJS.ProcessEnv): readonly string[] {
  return [environment['ASSAY_NODE'], bundledNode(), 'node'].filter((node) => node != null && node !== '') as string[];
}

/** Asks a Node for its Node-API version; null where it is no Node, or does not answer. */
export function nodeApiOf(node: string): Promise<number | null> {
  return new Promise((resolve) => {
    execFile(node, ['--print', 'process.versions.napi'], { timeout: ANSWER_LIMIT_MS }, (error, output) =>
      resolve(error === null ? Number(output) : null),
    );
  });
}
