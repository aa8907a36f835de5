import type { JobResult } from '../../preload/contract/jobs.ts';
import type { CommandSurroundings } from './surroundings.ts';

/** Refused rows named one by one. */
const shownRefusals = 20;

type Sent = Omit<JobResult<'push'>['entries'][number], 'timeStamp'>;

/** What became of an MLflow export. */
export function printMlflowReport(result: JobResult<'exportMlflow'>, surroundings: CommandSurroundings): void {
  if (result.output !== null)
    surroundings.print(`Written to ${result.output}: ${result.files} files, ${result.bytes} bytes.`);
  if (result.state !== 'written') printSent(result, surroundings);
}

/** What became of each export that waited. */
export function printPushReport({ entries }: JobResult<'push'>, surroundings: CommandSurroundings): void {
  if (entries.length === 0) surroundings.print('Nothing waits.');
  for (const entry of entries)
    if (entry.timeStamp === null) printSent(entry, surroundings);
    else printTimeStamp(entry.timeStamp, surroundings);
}

/** What became of a time-stamp that was asked for. */
export function printTimeStamp(
  { server, state, atMs, authority, seal, reason }: NonNullable<JobResult<'seal'>['timeStamp']>,
  { print, note }: CommandSurroundings,
): void {
  if (state === 'received') {
    print(`Stamped: ${atMs === null ? '' : new Date(atMs).toISOString()} by ${authority ?? server}.`);
    note(seal === null ? 'It is kept in the case; the seal lies elsewhere.' : `It is kept in the case and in ${seal}.`);
  } else {
    print(`The time-stamp waits in the case: ${reason ?? 'not asked for yet'}`);
    note('`assay push --case FILE` asks again when the server can be reached.');
  }
}

function printSent({ publishId, state, alias, published, reason }: Sent, { print, note }: CommandSurroundings): void {
  if (published !== null) {
    const version = published.version === null ? '' : `, version ${published.version}`;
    print(
      `Published as run ${published.runId} of experiment ${published.experimentId}${version} (publish id ${publishId}).`,
    );
    if (alias !== null && published.version !== null) print(aliasWords(alias, published.version, published));
  } else if (state === 'waiting') {
    print(`Waiting in the case (publish id ${publishId}): ${reason ?? 'not sent yet'}`);
    note('`assay push --case FILE` sends it when the server answers.');
  } else print(`Taken back: ${publishId}.`);
}

/** Where the alias points now, and where it pointed before. */
function aliasWords(
  alias: string,
  version: string,
  { aliasMoved, aliasElsewhere }: Pick<NonNullable<Sent['published']>, 'aliasMoved' | 'aliasElsewhere'>,
): string {
  if (!aliasMoved)
    return aliasElsewhere === null
      ? `The alias ${alias} points at no version.`
      : `The alias ${alias} stays at version ${aliasElsewhere}.`;
  return aliasElsewhere === null
    ? `The alias ${alias} points at version ${version}.`
    : `The alias ${alias} moved from version ${aliasElsewhere} to version ${version}.`;
}

/** The files that were written. */
export function printFilesReport(result: JobResult<'exportKserve'>, { print }: CommandSurroundings): void {
  print(`Written to ${result.output}:`);
  for (const file of result.files) print(`  ${file}`);
}

/** What was written, and what became of each table. */
export function printBigqueryReport(result: JobResult<'exportBigquery'>, surroundings: CommandSurroundings): void {
  const { print, note } = surroundings;
  if (result.output !== null) print(`Written to ${result.output}: ${result.files.join(', ')}.`);
  for (const { table, made, sent, sentBefore, refused } of result.tables) {
    const before = sentBefore === 0 ? '' : `, ${sentBefore} were there before`;
    print(`${table}${made ? ', made now' : ''}: ${sent} rows sent${before}, ${refused.length} refused.`);
    for (const { insertId, reason, message } of refused.slice(0, shownRefusals))
      note(`  ${insertId} (${reason}): ${message}`);
    if (refused.length > shownRefusals) note(`  and ${refused.length - shownRefusals} more; --json names all.`);
  }
}

/** The files, and where the pipeline is at the server. */
export function printKubeflowReport(result: JobResult<'exportKubeflow'>, surroundings: CommandSurroundings): void {
  printFilesReport(result, surroundings);
  if (result.uploaded === null) return;
  const { pipelineId, versionId, isNewVersion, runId, recurringRunId } = result.uploaded;
  surroundings.print(
    `Uploaded as ${isNewVersion ? 'a new version' : 'a new pipeline'}: ${pipelineId}, version ${versionId}.`,
  );
  if (recurringRunId !== null) surroundings.print(`Scheduled as ${recurringRunId}.`);
  if (runId !== null) surroundings.print(`Started as run ${runId}.`);
}
