// `npm run campaign:one-truth -- [SEQUENCES]`: the doors of a case compared after 200 random sequences of deeds, unless said.
import { isSuitableRuntime, unsuitableRuntimeSentence } from './runtime.mjs';
import { runScript, toolPath } from './run-steps.mjs';

const usualSequences = '200';

if (isSuitableRuntime()) {
  const environment = { ASSAY_ONE_TRUTH_SEQUENCES: process.argv[2] ?? usualSequences };
  process.exitCode = await runScript([toolPath('vitest', 'vitest'), 'run', 'test/one-truth'], environment);
} else {
  console.error(unsuitableRuntimeSentence());
  process.exitCode = 1;
}
