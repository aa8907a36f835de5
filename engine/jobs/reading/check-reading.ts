import type { ColumnTotals } from '../../domain/column-totals.ts';
import { TextDictionary } from '../../domain/dictionary.ts';
import { AssayError, impossible } from '../../domain/error.ts';
import { decodeNumberText } from '../../domain/number-text.ts';
import type { Profile, ProfileColumn, ProfileOverrides } from '../../domain/profile.ts';
import type { WorkContext } from '../../domain/progress.ts';
import type { RecordBatch } from '../../domain/record-batch.ts';
import { columnOfBadCell, createSegmentDecoder, dictionaryColumns } from '../../features/decode-segment.ts';
import { formatCount, joinWords } from '../../features/finding.ts';
import { inferNumberFormat } from '../../features/infer-number-format.ts';
import { inferProfile } from '../../features/infer-profile.ts';
import { inferTimeFormat } from '../../features/infer-time-format.ts';
import { numberFormName } from '../../features/number-forms.ts';
import { defaultSampleRows, withColumns, type ProfileSample } from '../../features/profile-sample.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { Source } from '../../store/types.ts';
import { lateLabelWords } from './late-label-words.ts';
import { readingOf, withEarlierWords, wordsOf } from './reprofile-case.ts';
import {
  batchesOfRows,
  evenly,
  heldRecords,
  sampleOfRows,
  soughtRows,
  spacedRows,
  type ReceivedRow,
  type RowSeeker,
} from './rows-to-look-at.ts';

/** What all rows say of what the first ones decided. */
export interface CheckedReading {
  /** The profile that all rows call for; the one there is where they bear it out. */
  readonly profile: Profile;
  /** The same without what needs rows to be read again. */
  readonly mended: Profile;
  /** The columns that must be read again for `profile`. */
  readonly otherReadings: readonly OtherReading[];
  /** What else a person should know of columns that are not read as their first rows were. */
  readonly notices: readonly string[];
}

/** Another reading of a column, and why it is the right one, both in words. */
export interface OtherReading {
  readonly name: string;
  readonly reading: string;
  readonly why: string;
}

/** Why a column may have to be read in another way than its first rows were. */
interface Suspicion {
  readonly name: string;
  readonly kind: 'misfits' | 'alike' | 'other later' | 'late' | 'numbers after texts' | 'doubt' | 'separators';
  /** In words, after "because". */
  readonly why: string;
}

/** Evenly spaced rows that stand for all, and how many that do not fit are looked at per column. */
const spacedRowCount = 10_000;
const misfitsLookedAt = 500;
/** Different values of a column by which rows are sought for it. */
const valuesSought = 200;
/** From this many cells on, evenly spaced rows tell more of a column than sought ones. */
const tellingCells = 100;
const toleratedBadShare = 0.02;
/** Another reading of what does not fit must fit nearly all of it. */
const remainingMisfitShare = 0.1;

/**
 * Checks what the first rows decided against everything that was read: records that are set aside for a cell, columns that were
 * empty or alike, that came late, that went from texts to numbers, or that were in doubt. Nothing is stored.
 * @param lateColumns columns that the profile does not know
 */
export async function checkReading(
  openedCase: ReadableCase,
  totals: ReadonlyMap<string, ColumnTotals>,
  lateColumns: ReadonlySet<string>,
  overrides: ProfileOverrides,
  context: WorkContext,
): Promise<CheckedReading> {
  const stored = openedCase.profile();
  if (stored === undefined) impossible('a case that was read has a profile');
  const label = lateLabelWords(openedCase, stored, overrides);
  const misfits = misfitsByColumn(openedCase, stored);
  const suspicions: readonly Suspicion[] = [
    ...[...misfits].map(([name, found]): Suspicion => ({ name, kind: 'misfits', why: found.why() })),
    ...alikeColumns(stored, totals),
    ...columnsOtherLater(stored, totals, openedCase.nextSequence()),
    ...[...lateColumns].map((name): Suspicion => ({ name, kind: 'late', why: 'it comes only after the first rows' })),
    ...numbersAfterTexts(openedCase, stored),
    ...doubtfulColumns(stored, openedCase.nextSequence()),
    ...columnsWithLateSeparators(stored, totals),
  ].filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);
  if (suspicions.length === 0 || openedCase.nextSequence() === 0)
    return { profile: label.profile, mended: label.profile, otherReadings: [], notices: label.notices };

  const sources = openedCase.sources();
  const sought = await rowsFor(openedCase, stored, suspicions, context);
  const spaced = spacedRows(openedCase, spacedRowCount);
  const misfitShare = spaced.length / openedCase.nextSequence();
  const spacedMisfits = [...misfits.values()].flatMap(({ rows, count }) =>
    evenly(rows, Math.round(count * misfitShare)),
  );
  const typical = [...spaced, ...spacedMisfits];
  const all = [...typical, ...[...misfits.values()].flatMap(({ rows }) => rows), ...sought];
  const firstShare = Math.min(1, defaultSampleRows / openedCase.nextSequence());
  const later = spaced.slice(Math.ceil(spaced.length * firstShare));
  const look = (rows: readonly ReceivedRow[]): Promise<Look> =>
    lookAt(sources, rows, label.profile, suspicions, overrides);
  const looks: Looks = {
    typical: await look(typical),
    all: await look(all),
    later: suspicions.some(({ kind }) => kind === 'other later') ? await look(later) : undefined,
  };
  const chooser = new ReadingChooser(label.profile, openedCase.counts().models > 0, suspicions, looks);
  for (const suspicion of suspicions) chooser.settle(suspicion);
  const { profile, mended, otherReadings, notices } = chooser;
  return { profile, mended, otherReadings, notices: [...label.notices, ...notices] };
}

class Misfits {
  count = 0;
  readonly #reason: string;
  #step = 1;
  #rows: ReceivedRow[] = [];

  constructor(reason: string) {
    this.#reason = reason;
  }

  get rows(): readonly ReceivedRow[] {
    return this.#rows;
  }

  /** Keeps rows evenly spaced over all that were added. */
  add(row: ReceivedRow): void {
    if (this.count++ % this.#step !== 0) return;
    this.#rows.push(row);
    if (this.#rows.length < 2 * misfitsLookedAt) return;
    this.#rows = this.#rows.filter((_, index) => index % 2 === 0);
    this.#step *= 2;
  }

  why(): string {
    const rows = this.count === 1 ? '1 row does' : `${formatCount(this.count)} rows do`;
    return `${rows} not fit how the first ones were read (${this.#reason})`;
  }
}

/** Records in quarantine for a cell, by the column of that cell. */
function misfitsByColumn(openedCase: ReadableCase, profile: Profile): ReadonlyMap<string, Misfits> {
  const misfits = new Map<string, Misfits>();
  for (const { reason, sourceId, byteOffset, raw } of heldRecords(openedCase)) {
    const name = columnOfBadCell(reason, profile.columns)?.name;
    if (name === undefined) continue;
    const found = misfits.get(name) ?? new Misfits(reason);
    found.add({ sourceId, byteOffset, raw });
    misfits.set(name, found);
  }
  return misfits;
}

/** Texts of which more than this share differ over all are no kinds. */
const manyKindsShare = 0.2;

/** Features whose first rows held one value or few kinds, and whose others hold very many. */
function columnsOtherLater(
  profile: Profile,
  totals: ReadonlyMap<string, ColumnTotals>,
  rows: number,
): readonly Suspicion[] {
  if (rows <= defaultSampleRows) return [];
  return profile.columns.flatMap(({ name, kind, role, inferred, sampledValues }): readonly Suspicion[] => {
    const { distinct, present } = totals.get(name) ?? { distinct: 0, present: 0 };
    if (!inferred || role !== 'feature') return [];
    const wasAlike = sampledValues !== undefined && distinct > sampledValues;
    const areNoKinds = kind === 'category' && distinct > Math.max(tellingCells, present * manyKindsShare);
    if (!wasAlike && !areNoKinds) return [];
    const values = `${formatCount(distinct)} different values`;
    return [{ name, kind: 'other later', why: `it has ${values} over all, and had few in the first rows` }];
  });
}

/** Columns left out whose first rows said nothing, and whose others do. */
function alikeColumns(profile: Profile, totals: ReadonlyMap<string, ColumnTotals>): readonly Suspicion[] {
  return profile.columns.flatMap(({ name, role, inferred, sampledValues }): readonly Suspicion[] => {
    const distinct = totals.get(name)?.distinct ?? 0;
    if (!inferred || role !== 'ignored' || sampledValues === undefined || distinct <= sampledValues) return [];
    const was = sampledValues === 0 ? 'empty' : 'the same';
    const values = distinct === 1 ? 'a value' : `${formatCount(distinct)} different values`;
    return [{ name, kind: 'alike', why: `it is ${was} in the first rows, and has ${values} over all` }];
  });
}

const fewestTexts = 20;

/** Columns read as texts whose later texts are numbers or times, while their first ones are not. */
function numbersAfterTexts(openedCase: ReadableCase, profile: Profile): readonly Suspicion[] {
  const suspects = profile.columns.filter(
    ({ kind, role, inferred }) => inferred && kind === 'category' && role === 'feature',
  );
  if (suspects.length === 0) return [];
  const dictionaries = openedCase.dictionaries();
  return suspects.flatMap(({ name }): readonly Suspicion[] => {
    const dictionary = dictionaries.get(name);
    if (dictionary === undefined || dictionary.size < fewestTexts) return [];
    const textsOf = (codes: readonly number[]): readonly string[] => codes.map((code) => dictionary.textOf(code));
    const codes = Array.from({ length: dictionary.size }, (_, code) => code);
    const first = textsOf(codes.slice(0, fewestTexts));
    const later = textsOf(evenly(codes.slice(codes.length >> 1), tellingCells));
    const isCounted = (texts: readonly string[]): boolean =>
      inferNumberFormat(texts) !== undefined || inferTimeFormat(texts) !== undefined;
    if (first.every((text) => isCounted([text])) || !isCounted(later)) return [];
    return [{ name, kind: 'numbers after texts', why: 'its first rows hold texts, and later ones numbers or times' }];
  });
}

/** Columns that two readings fit in the first rows, where there are more rows. */
function doubtfulColumns(profile: Profile, rows: number): readonly Suspicion[] {
  if (rows <= defaultSampleRows) return [];
  return profile.columns.flatMap((column): readonly Suspicion[] =>
    otherColumnOf(column) === undefined
      ? []
      : [{ name: column.name, kind: 'doubt', why: 'rows after the first ones can be read in one way only' }],
  );
}

/** Numbers that were whole in the first rows and are not over all: what was taken for a decimal may be a group. */
function columnsWithLateSeparators(profile: Profile, totals: ReadonlyMap<string, ColumnTotals>): readonly Suspicion[] {
  return profile.columns.flatMap(({ name, kind, role, sampledWhole }): readonly Suspicion[] => {
    const { sum, from, to } = totals.get(name) ?? {};
    const hasFractions = [sum, from, to].some((figure) => figure?.includes('.') === true);
    if (kind !== 'number' || role === 'ignored' || sampledWhole === undefined || !hasFractions) return [];
    return [{ name, kind: 'separators', why: 'its first rows hold whole numbers only, and later ones separators' }];
  });
}

/** A column in the reading that a doubt names beside the one taken; undefined where it is not how its cells are decoded. */
function otherColumnOf(column: ProfileColumn): ProfileColumn | undefined {
  const other = column.doubt?.other.states[column.name];
  if (other === undefined || column.joinedWith !== undefined) return undefined;
  if (column.kind === 'number' && other.numberFormat !== undefined)
    return { ...column, numberFormat: other.numberFormat };
  if (column.kind === 'time' && other.timeFormat !== undefined && (other.kind ?? 'time') === 'time')
    return { ...column, timeFormat: other.timeFormat };
  return undefined;
}

/** Rows that must be looked for among all: first values of columns that were empty, alike or absent, and cells that end a doubt. */
async function rowsFor(
  openedCase: ReadableCase,
  profile: Profile,
  suspicions: readonly Suspicion[],
  context: WorkContext,
): Promise<readonly ReceivedRow[]> {
  const named = suspicions.filter(({ kind }) => kind === 'alike' || kind === 'late');
  const doubtful = suspicions.filter(({ kind }) => kind === 'doubt').map(({ name }) => name);
  const values = [
    ...named.map(({ name }) => valueSeeker(name, () => true)),
    ...suspicions.flatMap(({ name, kind }) =>
      kind === 'separators' ? [valueSeeker(name, (text) => /[.,]/.test(text))] : [],
    ),
  ];
  const doubts = profile.columns.flatMap((column) => {
    const other = doubtful.includes(column.name) ? otherColumnOf(column) : undefined;
    return other === undefined ? [] : [column, other].map((each) => misfitSeeker(profile, each));
  });
  const seekers = [...values, ...doubts];
  if (seekers.length === 0) return [];
  const seeker: RowSeeker = {
    isWanted: (batch, row) => seekers.filter(({ isWanted }) => isWanted(batch, row)).length > 0,
    isDone: () => seekers.every(({ isDone }) => isDone()),
  };
  return soughtRows(openedCase, values.length > 0 ? 0 : defaultSampleRows, seeker, context);
}

/** The first rows with each value of a column that is asked for. */
function valueSeeker(name: string, isAskedFor: (text: string) => boolean): RowSeeker {
  const seen = new Set<string>();
  return {
    isWanted: (batch, row) => {
      const column = batch.columnNames.indexOf(name);
      if (seen.size >= valuesSought || column < 0) return false;
      const text = batch.text(row, column);
      if (text === undefined || seen.has(text) || !isAskedFor(text)) return false;
      seen.add(text);
      return true;
    },
    isDone: () => seen.size >= valuesSought,
  };
}

/** Some rows that cannot be read as a column is read otherwise. */
function misfitSeeker(profile: Profile, column: ProfileColumn): RowSeeker {
  let found = 0;
  let last: RecordBatch | undefined;
  let misfits: ReadonlySet<number> = new Set();
  return {
    isWanted: (batch, row) => {
      if (found >= tellingCells) return false;
      if (batch !== last || row === 0) {
        last = batch;
        misfits = new Set(strictlyBadRows(profile, column, batch));
      }
      if (!misfits.has(row)) return false;
      found += 1;
      return true;
    },
    isDone: () => found >= tellingCells,
  };
}

/** As `badRows`; numbers that are read although they are written in another way than the column's count as well. */
function strictlyBadRows(profile: Profile, column: ProfileColumn, batch: RecordBatch): readonly number[] {
  const { numberFormat } = column;
  const position = batch.columnNames.indexOf(column.name);
  if (column.kind !== 'number' || numberFormat === undefined) return badRows(profile, column, batch);
  return Array.from({ length: position < 0 ? 0 : batch.rowCount }, (_, row) => row).filter((row) => {
    const text = batch.text(row, position);
    return text !== undefined && Number.isNaN(decodeNumberText(text, numberFormat));
  });
}

/** Rows of a batch whose cell cannot be read as this column is. */
function badRows(profile: Profile, column: ProfileColumn, batch: RecordBatch): readonly number[] {
  if (column.kind === 'category' || column.kind === 'text') return [];
  const alone: Profile = { ...profile, columns: [{ ...column, role: 'feature' }] };
  const dictionaries = new Map(dictionaryColumns(alone).map((name) => [name, new TextDictionary()]));
  return createSegmentDecoder(alone, dictionaries)(batch, 0).invalid.map(({ row }) => row);
}

/** Some of the rows, and the profile that they alone would give. */
interface Look {
  readonly inferred: Profile | undefined;
  readonly rowCount: number;
  readonly present: (name: string) => number;
  /** Cells that cannot be read as each of the columns is, for all of them in one reading of the rows. */
  readonly badCells: (columns: readonly ProfileColumn[]) => ReadonlyMap<ProfileColumn, number>;
}

/** Rows evenly spaced over all, these and what is peculiar, and those of them that come after the first rows. */
interface Looks {
  readonly typical: Look;
  readonly all: Look;
  readonly later: Look | undefined;
}

async function lookAt(
  sources: readonly Source[],
  rows: readonly ReceivedRow[],
  profile: Profile,
  suspicions: readonly Suspicion[],
  overrides: ProfileOverrides,
): Promise<Look> {
  const sample = withColumns(
    await sampleOfRows(sources, rows),
    profile.columns.map(({ name }) => name),
  );
  const suspected = new Set(suspicions.map(({ name }) => name));
  const fixed = profile.columns.filter(({ name }) => !suspected.has(name)).map((each) => [each.name, wordsOf(each)]);
  const words = withEarlierWords(profile, overrides);
  return {
    inferred: tryToInfer(sample, { ...words, columns: { ...words.columns, ...Object.fromEntries(fixed) } }),
    rowCount: sample.rowCount,
    present: (name) => presentOf(sample, name),
    badCells: (columns) => {
      const bad = new Map(columns.map((column) => [column, 0]));
      for (const batch of batchesOfRows(sources, rows))
        for (const [column, count] of bad) bad.set(column, count + badRows(profile, column, batch).length);
      return bad;
    },
  };
}

/** How many of the sampled cells of a column are not missing; 0 where there is no such column. */
function presentOf(sample: ProfileSample, name: string): number {
  const column = sample.columnNames.indexOf(name);
  return column < 0 ? 0 : sample.texts(column).filter((text) => text !== undefined).length;
}

/** What a person said may not be followed by rows that were picked because they fit badly: then they give no profile. */
function tryToInfer(sample: ProfileSample, overrides: ProfileOverrides): Profile | undefined {
  try {
    return inferProfile(sample, { ...overrides, strict: false });
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

const rolesOfMany: ReadonlySet<string> = new Set(['feature', 'ignored']);
/** Columns with these roles are not given up for texts because some rows do not fit. */
const rolesKept: ReadonlySet<string> = new Set(['event_time', 'amount', 'id']);

/** Chooses, column by column, between the reading there is and those that more rows call for. */
class ReadingChooser {
  readonly otherReadings: OtherReading[] = [];
  readonly notices: string[] = [];
  #profile: Profile;
  #mended: Profile;
  /** True where a model was made by the profile: then a person decides. */
  readonly #isUsed: boolean;
  readonly #typical: Look;
  readonly #all: Look;
  readonly #later: Look | undefined;
  readonly #suspicions: readonly Suspicion[];
  readonly #badCellsOf = new Map<Look, ReadonlyMap<ProfileColumn, number>>();

  constructor(profile: Profile, isUsed: boolean, suspicions: readonly Suspicion[], { typical, all, later }: Looks) {
    this.#suspicions = suspicions;
    this.#profile = profile;
    this.#mended = profile;
    this.#isUsed = isUsed;
    this.#typical = typical;
    this.#all = all;
    this.#later = later;
  }

  get profile(): Profile {
    return this.#profile;
  }

  get mended(): Profile {
    return this.#mended;
  }

  settle(suspicion: Suspicion): void {
    const { name, kind, why } = suspicion;
    const before = this.#profile.columns.find((column) => column.name === name);
    const better = this.#candidates(suspicion).find((column) => this.#isBetter(suspicion, before, column));
    const after = better && keepingPersonal(before, better);
    if (after === undefined) {
      if (kind === 'misfits' || kind === 'numbers after texts')
        this.notices.push(`'${name}': ${why}; no other way to read it fits all of them, so it is read as before.`);
      return;
    }
    this.#profile = withColumn(this.#profile, before, after);
    const isOtherUse = this.#isUsed && before?.role !== after.role;
    const isPersonalNow = after.personal !== undefined && before?.personal === undefined;
    if (before === undefined || isOtherUse || isPersonalNow || readingOf(before) !== readingOf(after)) {
      this.otherReadings.push({ name, reading: describe(after), why });
      return;
    }
    this.#mended = withColumn(this.#mended, before, after);
    if (before.role !== after.role || kind === 'doubt')
      this.notices.push(`'${name}' is taken as ${describe(after)}, because ${why}.`);
  }

  /** The rows are read once for every column that can be asked for: a recording may have thousands in doubt. */
  #badCells(look: Look, column: ProfileColumn): number {
    let counts = this.#badCellsOf.get(look);
    if (counts === undefined) {
      const before = new Map(this.#profile.columns.map((each) => [each.name, each]));
      const asked = this.#suspicions.flatMap((suspicion) => {
        const standing = before.get(suspicion.name);
        return [...this.#candidates(suspicion), ...(standing === undefined ? [] : [standing])];
      });
      counts = look.badCells(asked);
      this.#badCellsOf.set(look, counts);
    }
    return counts.get(column) ?? impossible('only readings of suspected columns are compared');
  }

  /** Readings to consider, the better founded first. */
  #candidates({ name, kind }: Suspicion): readonly ProfileColumn[] {
    const of = (look: Look | undefined): readonly ProfileColumn[] =>
      look?.inferred?.columns.filter((column) => column.name === name) ?? [];
    switch (kind) {
      case 'misfits':
        return [
          ...of(this.#all).filter((column) => column.kind === 'number' || column.kind === 'time'),
          ...of(this.#typical),
        ];
      case 'numbers after texts':
        return of(this.#typical).filter((column) => column.kind === 'number' || column.kind === 'time');
      case 'doubt':
      case 'separators':
        return of(this.#all);
      case 'other later':
        return this.#later !== undefined && this.#later.present(name) >= tellingCells ? of(this.#later) : [];
      default:
        return this.#typical.present(name) >= tellingCells ? of(this.#typical) : of(this.#all);
    }
  }

  #isBetter({ kind }: Suspicion, before: ProfileColumn | undefined, after: ProfileColumn): boolean {
    const isTaken = this.#profile.columns.some(({ name, role }) => role === after.role && name !== after.name);
    if (isTaken && !rolesOfMany.has(after.role)) return false;
    if (kind === 'doubt' || kind === 'separators') {
      if (before?.kind !== after.kind || before.role !== after.role) return false;
      if (kind === 'doubt' && after.doubt !== undefined) return false;
      return (
        readingOf(before) === readingOf(after) || this.#badCells(this.#all, after) <= this.#badCells(this.#all, before)
      );
    }
    if (kind !== 'misfits' || before === undefined)
      return [this.#typical, this.#all].every(
        (look) => this.#badCells(look, after) <= look.rowCount * toleratedBadShare,
      );
    if (readingOf(before) === readingOf(after)) return false;
    if (rolesKept.has(before.role) && before.role !== after.role) return false;
    return (
      this.#badCells(this.#all, after) <= this.#badCells(this.#all, before) * remainingMisfitShare &&
      this.#badCells(this.#typical, after) <= this.#badCells(this.#typical, before)
    );
  }
}

/** Tokens do not look like what they stand for. */
function keepingPersonal(before: ProfileColumn | undefined, after: ProfileColumn): ProfileColumn {
  return before?.personal === undefined ? after : { ...after, personal: before.personal };
}

function withColumn(profile: Profile, before: ProfileColumn | undefined, after: ProfileColumn): Profile {
  const { columns } = profile;
  if (before === undefined) return { ...profile, columns: [...columns, after] };
  return { ...profile, columns: columns.map((column) => (column.name === before.name ? after : column)) };
}

/** How a column is used and read, as in "the event time (times written day/month/year)". */
function describe({ role, kind, timeFormat, numberFormat, joinedWith = [] }: ProfileColumn): string {
  const written =
    kind === 'time'
      ? `times written ${timeFormat ?? ''}${joinedWith.length === 0 ? '' : ` with ${joinWords(joinedWith)}`}`
      : kind === 'number'
        ? `numbers${numberFormat === undefined ? '' : ` written ${numberFormName(numberFormat)}`}`
        : 'texts';
  if (role === 'feature') return written;
  return role === 'ignored' ? `${written}, and left out` : `the ${role.replace('_', ' ')} (${written})`;
}
