// Runs the command line with the arguments given, and writes the address of every module that was loaded to the file named first.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const [listPath, ...argv] = process.argv.slice(2);
const loaded: string[] = [];
registerHooks({
  load: (url, context, nextLoad) => {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
const { main } = await import('../../main/cli/main.ts');
process.exitCode = await main(argv);
writeFileSync(listPath, JSON.stringify(loaded));
