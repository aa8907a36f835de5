import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { AssayError, usageError } from '../../engine/domain/error.ts';
import { growerNames, type GrowerName } from '../../engine/domain/model.ts';
import { detectionNames, type DetectionName } from '../../preload/contract/models.ts';
import { parseExpectation, type Expectation } from '../../engine/domain/expectation.ts';
import { personalKinds, type PersonalKind } from '../../engine/domain/personal.ts';
import { columnRoles, timeFormatSchema } from '../../engine/domain/profile.ts';
import type { ColumnRole, ProfileOverrides, StatedColumn } from '../../engine/domain/profile.ts';
import type { NumberFormat } from '../../engine/domain/record-batch.ts';
import { messageFrames, type MessageFrame } from '../../engine/domain/message-frame.ts';
import type { StatedFormat } from '../../engine/domain/stated-format.ts';
import { themes, type Theme, type WindowSpec } from '../../engine/domain/window-feature.ts';
import {
  numberFormNames,
  numberFormatOf,
  parseProfileOverrides,
  parseWindowSpec,
} from '../../engine/host/spec-files.ts';
import type { JobInput } from '../../preload/contract/jobs.ts';
import type { ThresholdHandle } from '../../preload/contract/tuning.ts';
import { parseAssignment, parseNames, parsePositive, parseShare, parseWhole } from './flags.ts';

export interface ProfileFlags {
  readonly profile?: string;
  readonly label?: string;
  readonly id?: string;
  readonly time?: string;
  readonly amount?: string;
  readonly ignore?: readonly string[];
  readonly timeZone?: string;
  readonly timeFormat?: Readonly<Record<string, string>>;
  readonly numberFormat?: Readonly<Record<string, string>>;
  readonly role?: Readonly<Record<string, string>>;
  readonly positive?: readonly string[];
  readonly personal?: Readonly<Record<string, string>>;
  readonly keepClear?: readonly string[];
  readonly strict?: boolean;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly frame?: MessageFrame;
}

export interface ForestFlags {
  readonly trees?: number;
  readonly sample?: number;
  readonly featuresPerTree?: number;
  readonly seed?: number;
  readonly grower?: GrowerName;
  readonly logAmount?: boolean;
  readonly detection?: DetectionName;
  readonly windows: boolean;
  readonly windowFeatures?: string;
  readonly leaveOut?: readonly string[];
  readonly withoutTheme?: readonly Theme[];
}

export interface ThresholdFlags {
  readonly contamination?: number;
  readonly alertsPerDay?: number;
  readonly recall?: number;
  readonly precision?: number;
}

/** Outputs replace files of their own kind; with this, any. */
export function forceOption(): Option {
  return new Option('--force', 'replace what is there already, also where it is of another kind');
}

/** Which model of the case is meant. */
export function modelOption(): Option {
  return new Option('--model <name>', "number or digest of one of the case's models (default: the champion)");
}

/** `--against`: what was exported of a case, whose head of the history the case must hold. */
export function againstOption(condition: string): Option {
  return new Option(
    '--against <path>',
    `${condition}an export, report, seal, hand-over or file of verdicts of this case: the history must hold the entry that it names`,
  );
}

/** Who makes a change. */
export function byOption(): Option {
  return new Option('--by <name>', 'who does it, for the history (default: the name in the settings, else the user)');
}

/** How text recordings are written; everything not said is found by content. */
export function addFormatOptions(command: Command): Command {
  return command
    .option('--delimiter <character>', "what stands between fields: ';', tab, '^', '\\x01', ...")
    .option('--encoding <name>', 'encoding of the text: utf-16be, windows-1251, shift_jis, ...')
    .addOption(
      new Option(
        '--frame <kind>',
        'what lies around each JSON record, in a recording or a topic: changes of rows (debezium, maxwell, goldengate, dms; created rows are read), the schema and payload of Kafka Connect, CloudEvents, or none',
      ).choices(messageFrames),
    );
}

/** What the flags say of how text recordings are written. */
export function statedFormat({
  delimiter,
  encoding,
  frame,
}: Pick<ProfileFlags, 'delimiter' | 'encoding' | 'frame'>): StatedFormat {
  return {
    ...(frame === undefined ? {} : { frame }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}

/** Which column means what; everything not said is inferred. */
export function addProfileOptions(command: Command): Command {
  return command
    .option('--profile <file>', 'YAML or JSON file with column roles, kinds and formats')
    .option('--label <column>', 'column that says which transactions are fraud; never a feature')
    .option('--id <column>', 'column that names a transaction')
    .option('--time <column>', 'column with the time of the event')
    .option('--amount <column>', 'column with the amount')
    .option('--ignore <columns>', 'columns to leave out, separated by commas', parseNames)
    .option('--time-zone <zone>', 'IANA zone of times written without one (default UTC)')
    .option(
      '--time-format <column=format>',
      'how the times of a column are written: iso, day/month/year, epoch-seconds, or a pattern such as yyMMddHHmmss',
      parseAssignment,
    )
    .option(
      '--number-format <column=format>',
      `how the number 1234.5 would be written in a column: ${numberFormNames.join('  ')}`,
      parseAssignment,
    )
    .option('--role <column=role>', `what a column means: ${columnRoles.join(', ')}`, parseAssignment)
    .option('--positive <values>', 'values of the label that mean fraud, separated by commas', parseNames)
    .option(
      '--personal <column=kind>',
      `data of people in a column: ${[...personalKinds, 'none'].join(', ')}`,
      parseAssignment,
    )
    .option(
      '--keep-clear <columns>',
      'columns with data of people to be kept as they come; card codes and track data are not',
      parseNames,
    )
    .option('--strict', 'refuse what is in doubt instead of taking the likelier reading');
}

export interface ExpectFlags {
  readonly expect?: Expectation;
}

/** Control totals that reading must come to. */
export function expectOption(): Option {
  return new Option(
    '--expect <totals>',
    'fail where reading comes to other totals, e.g. rows=240,sum(amount)=28351.19,from=2024-10-20',
  ).argParser(parseExpectation);
}

/** Acted on where the program begins an action, for every command that has it. */
export function threadsOption(): Option {
  return new Option(
    '--threads <count>',
    'cores to compute with at most; what comes out does not hang on it (default: all, or ASSAY_THREADS)',
  ).argParser(parseWhole(1, 1024));
}

export function addForestOptions(command: Command): Command {
  return command
    .option('--trees <count>', 'trees in the forest (default 300)', parseWhole(1, 10_000))
    .option(
      '--sample <rows>',
      'rows drawn for each tree (default 1024 where trees are grown by theme, else 256)',
      parseWhole(1, 2 ** 31 - 1),
    )
    .option('--features-per-tree <count>', 'features drawn for each tree (default all)', parseWhole(1, 100_000))
    .option(
      '--seed <number>',
      'the same rows, parameters and seed give the same model (default 1)',
      parseWhole(0, 2 ** 32 - 1),
    )
    .addOption(new Option('--grower <name>', 'who grows the trees (default assay)').choices([...growerNames]))
    .addOption(
      new Option(
        '--detection <way>',
        'themes: features and trees by what analysts look for, where the columns allow it (default); plain: all alike',
      ).choices([...detectionNames]),
    )
    .option('--log-amount', 'use the logarithm of the amount')
    .option('--window-features <file>', 'features over time from a spec file (JSON or YAML) instead of those proposed')
    .option('--leave-out <features>', 'features the model is to do without, separated by commas', parseNames)
    .addOption(
      new Option('--without-theme <names...>', 'themes that features and trees are to do without').choices([...themes]),
    )
    .option('--no-windows', 'leave out features over time (counts and means per customer, terminal, ...)')
    .addOption(threadsOption());
}

/** The handles of the one threshold; commander refuses two at once. */
export function addThresholdOptions(command: Command, labelled: boolean): Command {
  const handles = ['contamination', 'alertsPerDay', 'recall', 'precision'];
  const add = (flags: string, text: string, parse: (value: string) => number, name: string): void => {
    command.addOption(new Option(flags, text).argParser(parse).conflicts(handles.filter((other) => other !== name)));
  };
  add(
    '--contamination <share>',
    'share of transactions to flag, as scikit-learn defines it',
    parseShare(0.5, '0.02'),
    'contamination',
  );
  add('--alerts-per-day <count>', 'as many alerts as your team can look at each day', parsePositive, 'alertsPerDay');
  if (labelled) {
    add(
      '--recall <share>',
      'with labels or verdicts: the highest threshold that finds this share of the fraud',
      parseShare(1, '0.8'),
      'recall',
    );
    add(
      '--precision <share>',
      'with labels or verdicts: the lowest threshold whose flags are fraud to this share',
      parseShare(1, '0.5'),
      'precision',
    );
  }
  return command;
}

/** Turns profile flags, and the profile file if there is one, into overrides. Flags win over the file. */
export function readProfileOverrides(flags: ProfileFlags): ProfileOverrides {
  const fromFile = flags.profile === undefined ? {} : readProfileFile(flags.profile);
  const columns = statedColumns(flags, fromFile.columns);
  return {
    ...fromFile,
    ...statedFormat(flags),
    ...(flags.label === undefined ? {} : { label: flags.label }),
    ...(flags.id === undefined ? {} : { id: flags.id }),
    ...(flags.time === undefined ? {} : { time: flags.time }),
    ...(flags.amount === undefined ? {} : { amount: flags.amount }),
    ...(flags.timeZone === undefined ? {} : { timeZone: flags.timeZone }),
    ...(flags.positive === undefined ? {} : { positive: [...flags.positive] }),
    ...(flags.strict === true ? { strict: true } : {}),
    ...(flags.ignore === undefined ? {} : { ignore: [...(fromFile.ignore ?? []), ...flags.ignore] }),
    ...(columns === undefined ? {} : { columns }),
  };
}

/** What flags say of single columns, beside what the file says. @throws AssayError BAD_PROFILE. */
function statedColumns(flags: ProfileFlags, fromFile: ProfileOverrides['columns']): ProfileOverrides['columns'] {
  const { timeFormat = {}, numberFormat = {}, role = {}, personal = {}, keepClear = [] } = flags;
  const columns: Record<string, StatedColumn> = { ...fromFile };
  const state = (name: string, said: StatedColumn): void => {
    columns[name] = { ...columns[name], ...said };
  };
  for (const [name, format] of Object.entries(timeFormat)) state(name, { kind: 'time', timeFormat: format });
  for (const [name, form] of Object.entries(numberFormat)) state(name, { numberFormat: numberFormatNamed(form) });
  for (const [name, said] of Object.entries(role)) state(name, { role: roleNamed(said) });
  for (const [name, said] of Object.entries(personal)) state(name, { personal: personalNamed(said) });
  for (const name of keepClear) state(name, { keepClear: true });
  for (const format of Object.values(timeFormat)) assertTimeFormat(format);
  return Object.keys(columns).length === 0 ? fromFile : columns;
}

function assertTimeFormat(format: string): void {
  const parsed = timeFormatSchema.safeParse(format);
  if (!parsed.success)
    throw usageError(
      'BAD_PROFILE',
      `${parsed.error.issues[0].message}.`,
      'docs/what-is-understood.md lists what a pattern may hold.',
    );
}

function numberFormatNamed(form: string): NumberFormat {
  const format = numberFormatOf(form);
  if (format === undefined)
    throw usageError(
      'BAD_PROFILE',
      `'${form}' is no way to write the number 1234.5.`,
      `Write it as the column would: ${numberFormNames.join('  ')}.`,
    );
  return format;
}

function roleNamed(said: string): ColumnRole {
  const role = columnRoles.find((each) => each === said);
  if (role === undefined)
    throw usageError('BAD_PROFILE', `'${said}' is no role of a column.`, `The roles are ${columnRoles.join(', ')}.`);
  return role;
}

function personalNamed(said: string): PersonalKind | 'none' {
  const kind = ([...personalKinds, 'none'] as const).find((each) => each === said);
  if (kind !== undefined) return kind;
  throw usageError(
    'BAD_PROFILE',
    `'${said}' is no kind of data of people.`,
    `The kinds are ${personalKinds.join(', ')}, and none.`,
  );
}

function readProfileFile(path: string): ProfileOverrides {
  return parseProfileOverrides(readTextFile(path, '--profile'), path);
}

function readTextFile(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AssayError('FILE_NOT_FOUND', 'usage', `The file ${path} cannot be read.`, {
      nextStep: `Check the path given with ${flag}.`,
      cause: error,
    });
  }
}

export function forestChoice(flags: ForestFlags): JobInput<'train'>['forest'] {
  return {
    ...(flags.trees === undefined ? {} : { trees: flags.trees }),
    ...(flags.sample === undefined ? {} : { sample: flags.sample }),
    ...(flags.featuresPerTree === undefined ? {} : { featuresPerTree: flags.featuresPerTree }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.grower === undefined ? {} : { grower: flags.grower }),
  };
}

/** What the flags say of the features: over time or not, from a spec file or proposed, less some. */
export function featureChoice(
  flags: ForestFlags,
): Pick<JobInput<'train'>, 'detection' | 'logAmount' | 'windows' | 'windowSpec' | 'leaveOut' | 'withoutThemes'> {
  return {
    ...(flags.detection === undefined ? {} : { detection: flags.detection }),
    logAmount: flags.logAmount === true,
    windows: flags.windows,
    leaveOut: [...(flags.leaveOut ?? [])],
    withoutThemes: [...(flags.withoutTheme ?? [])],
    ...(flags.windowFeatures === undefined ? {} : { windowSpec: readWindowSpec(flags.windowFeatures) }),
  };
}

function readWindowSpec(path: string): WindowSpec {
  return parseWindowSpec(readTextFile(path, '--window-features'), path);
}

export function thresholdHandle(flags: ThresholdFlags): ThresholdHandle | undefined {
  if (flags.alertsPerDay !== undefined) return { kind: 'alerts-per-day', value: flags.alertsPerDay };
  if (flags.contamination !== undefined) return { kind: 'contamination', value: flags.contamination };
  if (flags.recall !== undefined) return { kind: 'recall', value: flags.recall };
  if (flags.precision !== undefined) return { kind: 'precision', value: flags.precision };
  return undefined;
}

/** The case named by `--case`, which must be given. */
export function requireCase(path: string | undefined): string {
  if (path === undefined)
    throw usageError(
      'WRONG_USE',
      'No case was named.',
      'Add --case FILE, the case that `assay run` or `assay ingest` made.',
    );
  return path;
}
