// `npm run types`: checks every environment with its own tsconfig, as many at once as there are cores. What was checked
// before and has not changed is not checked again.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { projectFolder, runScript, toolPath } from './run-steps.mjs';

const projects = globSync('{engine,preload,main,renderer,test,scripts}/**/tsconfig.json', {
  cwd: projectFolder,
  exclude: (path) => path.includes('node_modules') || path.includes('assembly'),
});
/** The native compiler; eslint's typed rules need the former one beside it (`docs/adr/0006-typescript-6.md`). */
const compiler = toolPath('typescript-7', 'tsc');

/** @type {string[]} */
const failed = [];
const waiting = projects.toSorted();
await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), waiting.length) }, async () => {
    for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
      const known = join('.cache', 'types', `${dirname(project).replaceAll(sep, '-')}.tsbuildinfo`);
      // One thread a project: several would check what they share anew, and the projects have the cores already.
      const flags = ['-p', project, '--singleThreaded', '--incremental', '--tsBuildInfoFile', known];
      if ((await runScript([compiler, ...flags])) !== 0) failed.push(project);
    }
  }),
);
if (failed.length > 0) {
  console.error(`Types do not check in ${failed.toSorted().join(', ')}.`);
  process.exitCode = 1;
}
