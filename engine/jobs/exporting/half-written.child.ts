import { claimFile } from './output.ts';
import { textKind } from './output-kind.ts';

// Writes the beginning of a file, says so, and never comes to its end.
const [path] = process.argv.slice(2);
const output = await claimFile(path, textKind('text', 'some'), { reads: [], force: false });
await output.stream(async (file) => {
  await new Promise((resolve) => file.write('some text', resolve));
  console.log('begun');
  await new Promise((never) => setInterval(never, 60_000, undefined));
});
