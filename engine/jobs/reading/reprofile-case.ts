import { usageError } from '../../domain/error.ts';
import { personalWords } from '../../domain/personal.ts';
import type { ColumnRole, Profile, ProfileColumn, ProfileOverrides } from '../../domain/profile.ts';
import { isDecoded } from '../../features/decode-segment.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import {
  defaultSampleRows,
  sampleOfRecording,
  withColumns,
  type ProfileSample,
} from '../../features/profile-sample.ts';
import type { Doing } from '../../store/decision-log.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { WritableCase } from '../../store/writable-case.ts';
import { batchesOfStored } from '../../stream/stored-batches.ts';

type StatedColumn = NonNullable<ProfileOverrides['columns']>[string];

/**
 * Lets a person change the roles of columns in a case whose rows are already decoded; what was said before holds. How a column is read
 * (number, time, category) cannot change without reading its rows again: that is refused with BAD_PROFILE.
 * @param sample the recording's first rows, where its reading was stopped and the case may hold fewer of them
 */
export async function reprofileCase(
  openedCase: WritableCase,
  overrides: ProfileOverrides,
  doing: Doing,
  sample?: ProfileSample,
): Promise<Profile> {
  const wanted = await profileWith(openedCase, overrides, sample);
  if (Object.keys(overrides).length > 0) openedCase.saveProfile(wanted, doing);
  return wanted;
}

/** The profile a case would have with these words of a person; nothing is stored. Errors: as `reprofileCase`. */
export async function profileWith(
  openedCase: ReadableCase,
  overrides: ProfileOverrides,
  sample?: ProfileSample,
): Promise<Profile> {
  const stored = openedCase.profile();
  if (stored === undefined)
    throw usageError('BAD_PROFILE', 'The case has no profile yet.', 'Read a recording into it first.');
  if (Object.keys(overrides).length === 0) return stored;
  const readings = readingsOfRows(openedCase);
  const first = withColumns(
    sample ?? (await sampleOfStoredRows(openedCase)),
    stored.columns.map(({ name }) => name),
  );
  refuseOtherPersonal(stored, overrides);
  const inferred = inferProfile(first, withEarlierWords(stored, overrides));
  const columns = inferred.columns.map((column) => asStored(column, readings));
  const wanted = { ...inferred, columns: columns.map((column) => withPersonalOf(stored, column)) };
  refuseOtherReadings(stored, wanted, readings);
  return wanted;
}

/** What a profile says otherwise than the one before it, a sentence a column. */
export function changedRoles(before: Profile, after: Profile): readonly string[] {
  return after.columns.flatMap(({ name, role }) => {
    const earlier = before.columns.find((column) => column.name === name)?.role;
    const words = (each: ColumnRole): string => each.replace('_', ' ');
    return earlier === undefined || earlier === role
      ? []
      : [`The role of '${name}' is ${words(role)} now; before, it was ${words(earlier)}.`];
  });
}

const rolesOfMany: ReadonlySet<ColumnRole> = new Set(['feature', 'ignored']);

/** What a person said before holds, unless the column is named anew or its role is given to another one. */
export function withEarlierWords(stored: Profile, overrides: ProfileOverrides): ProfileOverrides {
  const { id, time, amount, label, ignore = [] } = overrides;
  const flags = { id, event_time: time, amount, label };
  const named = new Set([...Object.values(flags), ...ignore, ...Object.keys(overrides.columns ?? {})]);
  const given = new Set<string | undefined>([
    ...Object.entries(flags).flatMap(([role, name]) => (name === undefined ? [] : [role])),
    ...Object.values(overrides.columns ?? {}).map(({ role }) => role),
  ]);
  const kept = stored.columns.filter(
    ({ name, role, inferred }) => !inferred && !named.has(name) && (rolesOfMany.has(role) || !given.has(role)),
  );
  const columns = Object.fromEntries(kept.map((column) => [column.name, wordsOf(column)]));
  return { timeZone: stored.timeZone, ...overrides, columns: { ...columns, ...overrides.columns } };
}

/** All that a profile says of a column, as words of a person. */
export function wordsOf({
  role,
  kind,
  numberFormat,
  timeFormat,
  joinedWith,
  positiveValues,
  personal,
}: ProfileColumn): StatedColumn {
  // What is said of people in it holds too.
  const people = personal === undefined ? {} : { personal: personal.kind, keepClear: personal.kept === 'clear' };
  if (role === 'ignored') return { role, ...people };
  return {
    ...people,
    role,
    kind,
    ...(numberFormat === undefined ? {} : { numberFormat }),
    ...(timeFormat === undefined ? {} : { timeFormat }),
    ...(joinedWith === undefined ? {} : { joinedWith }),
    ...(positiveValues === undefined ? {} : { positiveValues }),
  };
}

/** How the rows of each column were decoded: a column that was ignored later keeps what it was read as. */
function readingsOfRows(openedCase: ReadableCase): ReadonlyMap<string, ProfileColumn> {
  const decoded = openedCase.profiles().flatMap((profile) => profile.columns.filter(isDecoded));
  return new Map(decoded.reverse().map((column) => [column.name, column]));
}

/**
 * An ignored column is not read at all, so it may stay as it is stored and be used again later. One that nobody spoke of, and that
 * a newer version would read in another way, stays as its rows were read.
 */
function asStored(column: ProfileColumn, readings: ReadonlyMap<string, ProfileColumn>): ProfileColumn {
  const stored = readings.get(column.name);
  const { name, role, confidence, reason, inferred } = column;
  if (stored === undefined)
    return inferred && isDecoded(column)
      ? { name, role: 'ignored', kind: 'text', confidence, reason, inferred }
      : column;
  const isGuess = inferred && stored.inferred;
  // The first rows say nothing of it; what it is was found when all of them had been read.
  if (isGuess && column.sampledValues !== undefined && column.sampledValues !== stored.sampledValues) return stored;
  if (role === 'ignored') return { ...stored, name, role, confidence, reason, inferred };
  if (!isGuess || readingOf(stored) === readingOf(column)) return column;
  return stored.kind === column.kind ? { ...column, ...formatsOf(stored) } : stored;
}

function formatsOf({ numberFormat, timeFormat, joinedWith }: ProfileColumn): Partial<ProfileColumn> {
  return { numberFormat, timeFormat, joinedWith, doubt: undefined, sampledWhole: undefined };
}

function refuseOtherReadings(stored: Profile, wanted: Profile, known: ReadonlyMap<string, ProfileColumn>): void {
  if (wanted.timeZone !== stored.timeZone && wanted.columns.some((column) => column.timeFormat !== undefined))
    throw readAnew(`times are stored in the zone ${stored.timeZone}`);
  for (const column of wanted.columns) {
    const before = known.get(column.name);
    if (isDecoded(column) && (before === undefined || readingOf(before) !== readingOf(column)))
      throw readAnew(`the column '${column.name}' ${howItWasRead(before, column)}`);
  }
}

function howItWasRead(before: ProfileColumn | undefined, wanted: ProfileColumn): string {
  if (before === undefined) return `was not read, and is wanted as ${wanted.kind}`;
  return before.kind === wanted.kind
    ? `was read as ${before.kind} in another format`
    : `was read as ${before.kind}, and is wanted as ${wanted.kind}`;
}

function readAnew(what: string): Error {
  return usageError(
    'BAD_PROFILE',
    `In this case ${what}; that cannot be changed afterwards.`,
    'Read the recording into a new case with these flags: assay run RECORDING --case NEW.assay ...',
  );
}

/** What is kept of a column was decided when its first row was stored. */
export function withPersonalOf(stored: Profile, column: ProfileColumn): ProfileColumn {
  const { personal: _found, ...rest } = column;
  const personal = stored.columns.find(({ name }) => name === column.name)?.personal;
  return personal === undefined ? rest : { ...rest, personal };
}

function refuseOtherPersonal(stored: Profile, { columns = {} }: ProfileOverrides): void {
  for (const [name, { personal: said, keepClear }] of Object.entries(columns)) {
    const personal = stored.columns.find((column) => column.name === name)?.personal;
    const isOther = said !== undefined && said !== (personal?.kind ?? 'none');
    if (isOther || (keepClear === true && personal?.kept === 'token'))
      throw readAnew(
        personal === undefined
          ? `the column '${name}' was stored as it came`
          : `the column '${name}' was stored as ${personalWords[personal.kind]}`,
      );
  }
}

/** How the cells of a column are decoded; equal for two columns that are decoded alike. */
export function readingOf(column: ProfileColumn): string {
  const { kind, numberFormat = null, timeFormat = null, joinedWith = null } = column;
  return JSON.stringify([isDecoded(column), kind, numberFormat, timeFormat, joinedWith]);
}

/** The first rows of a case as texts again, from their bytes as received. */
async function sampleOfStoredRows(openedCase: ReadableCase): Promise<ProfileSample> {
  const source = openedCase.sources().find(({ rows }) => rows > 0);
  if (source === undefined)
    throw usageError('BAD_PROFILE', 'The case holds no rows to look at.', 'Read a recording into it first.');
  const sequences: number[] = [];
  for (const segment of openedCase.segments())
    if (segment.sourceId === source.id)
      for (let row = 0; row < segment.rowCount && sequences.length < defaultSampleRows; row++)
        sequences.push(segment.firstSequence + row);
  const rows = openedCase.readRawMany(sequences).map(({ bytes }) => bytes);
  const { format, columnNames } = source;
  if (format === null)
    throw usageError('BAD_PROFILE', 'The case does not say how its rows are written.', 'Read the recording again.');
  return sampleOfRecording({ format, batches: () => batchesOfStored(format, columnNames, rows) });
}
