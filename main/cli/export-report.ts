import type { JobResult } from '../../preload/contract/jobs.ts';
import type { CommandSurroundings } from './surroundings.ts';

type Sent = JobResult<'push'>['entries'][number];

/** What became of an MLflow export. */
export function printMlflowReport(result: JobResult<'exportMlflow'>, surroundings: CommandSurroundings): void {
  if (result.output !== null)
    surroundings.print(`Written to ${result.output}: ${result.files} files, ${result.bytes} bytes.`);
  if (result.state !== 'written') printSent(result, surroundings);
}

/** What became of each export that waited. */
export function printPushReport({ entries }: JobResult<'push'>, surroundings: CommandSurroundings): void {
  if (entries.length === 0) surroundings.print('Nothing waits.');
  for (const entry of entries) printSent(entry, surroundings);
}

function printSent({ publishId, state, published, reason }: Sent, { print, note }: CommandSurroundings): void {
  if (published !== null) {
    const version = published.version === null ? '' : `, version ${published.version}`;
    print(
      `Published as run ${published.runId} of experiment ${published.experimentId}${version} (publish id ${publishId}).`,
    );
  } else if (state === 'waiting') {
    print(`Waiting in the case (publish id ${publishId}): ${reason ?? 'not sent yet'}`);
    note('`assay push --case FILE` sends it when the server answers.');
  } else print(`Taken back: ${publishId}.`);
}

/** The files that were written. */
export function printFilesReport(result: JobResult<'exportKserve'>, { print }: CommandSurroundings): void {
  print(`Written to ${result.output}:`);
  for (const file of result.files) print(`  ${file}`);
}
