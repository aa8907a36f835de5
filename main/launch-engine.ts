import { join } from 'node:path';
import { launchChildEngine } from './child-engine.ts';
import type { EngineRuntime } from './engine-runtime.ts';
import { engineThatCannotStart, type EngineProcess } from './engine-supervisor.ts';
import { launchUtilityEngine } from './utility-engine.ts';

/** Starts the built engine of a folder under Electron, in what was chosen for it. */
export function launchEngine(built: string, runtime: EngineRuntime, generation: number): EngineProcess {
  switch (runtime.kind) {
    case 'utility-process':
      return launchUtilityEngine(join(built, 'entry-utility.js'), generation);
    case 'child-process': {
      const environment = { ASSAY_BESIDE_ELECTRON: process.versions.electron };
      const entry = join(built, 'entry-child.js');
      return launchChildEngine({ entry, host: 'electron', node: runtime.node, environment }, generation);
    }
    case 'none':
      return engineThatCannotStart(runtime.reason);
  }
}
