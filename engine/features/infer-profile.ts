import { usageError } from '../domain/error.ts';
import type {
  ColumnKind,
  ColumnRole,
  Doubt,
  Profile,
  ProfileColumn,
  ProfileOverrides,
  StatedColumn,
} from '../domain/profile.ts';
import { isNumericTimeFormat } from '../domain/time-text.ts';
import { zoneClock } from '../domain/time-zone.ts';
import { cutWords } from './cut-times.ts';
import { columnFacts } from './column-facts.ts';
import type { ColumnFacts } from './column-facts.ts';
import { numberDoubt, refuseDoubt } from './doubts.ts';
import { joinWords } from './finding.ts';
import type { Finding } from './finding.ts';
import { amountFinding, inferAmount, inferCurrency } from './infer-amount.ts';
import { entityRoles, inferEntities, inferId, otherEntityFinding, otherIdFinding } from './infer-key-columns.ts';
import { inferLabel, leakFinding, positiveValuesOf, statedLabel } from './infer-label.ts';
import { joinedTimeCandidates, timePartFinding } from './infer-joined-time.ts';
import { envelopeFinding, hasEnvelope, ordinaryFinding, rowNumberFinding } from './infer-ordinary.ts';
import {
  eventTimeFinding,
  likeliestTime,
  otherTimeFinding,
  statedTime,
  timeCandidate,
  unreadableTimeFinding,
} from './infer-time-column.ts';
import { nearNames } from './near-names.ts';
import { numberFormName } from './number-forms.ts';
import { withPersonal } from './personal-columns.ts';
import type { ProfileSample } from './profile-sample.ts';

function assertKnownColumn(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearNames(name, known);
  const nearSentence = near.length === 0 ? '' : ` Did you mean ${near.map((each) => `'${each}'`).join(' or ')}?`;
  throw usageError(
    'UNKNOWN_COLUMN',
    `The recording has no column '${name}'.${nearSentence} Its columns are: ${known.join(', ')}.`,
    'Name a column of the recording, exactly as it is written there.',
  );
}

/** What a person said, gathered by column. */
function statedColumns(overrides: ProfileOverrides, known: readonly string[]): ReadonlyMap<string, StatedColumn> {
  const stated = new Map<string, StatedColumn>();
  for (const [name, column] of Object.entries(overrides.columns ?? {})) {
    assertKnownColumn(name, known);
    stated.set(name, column);
  }
  const state = (name: string | undefined, role: ColumnRole): void => {
    if (name === undefined) return;
    assertKnownColumn(name, known);
    const before = stated.get(name);
    if (before?.role !== undefined && before.role !== role) {
      throw usageError('WRONG_USE', `The column '${name}' is named as ${before.role} and as ${role}.`, 'Name it once.');
    }
    stated.set(name, { ...before, role });
  };
  state(overrides.id, 'id');
  state(overrides.time, 'event_time');
  state(overrides.amount, 'amount');
  state(overrides.label, 'label');
  for (const name of overrides.ignore ?? []) state(name, 'ignored');
  for (const role of ['id', 'event_time', 'amount', 'label', 'currency', ...entityRoles] as const) {
    const holders = [...stated].filter(([, column]) => column.role === role).map(([name]) => `'${name}'`);
    if (holders.length > 1) {
      throw usageError('WRONG_USE', `The columns ${joinWords(holders)} are all named as ${role}.`, 'Name one of them.');
    }
  }
  return stated;
}

function saysHowItIsRead({ personal: _personal, keepClear: _keepClear, ...reading }: StatedColumn): boolean {
  return Object.keys(reading).length > 0;
}

function notNumeric(facts: ColumnFacts): Error {
  const example = facts.present().find((text) => Number.isNaN(Number(text))) ?? '';
  return usageError(
    'BAD_PROFILE',
    `The column '${facts.name}' is to be read as numbers, but its cells are not numbers in any known format${example === '' ? '' : `, for example '${example}'`}.`,
    'Name another column, or state its numberFormat in the profile file.',
  );
}

/** The finding for a column whose role a person stated. */
function statedFinding(facts: ColumnFacts, stated: StatedColumn, role: ColumnRole): Finding {
  const said = `${role === 'ignored' ? 'ignored' : `named as ${role.replace('_', ' ')}`} on request`;
  const common = { facts, role, confidence: 1, reason: said };
  const numericKind: ColumnKind = facts.numbers === undefined ? 'category' : 'number';
  switch (role) {
    case 'id':
      return { ...common, kind: 'text' };
    case 'label':
      return statedLabel(facts, stated.positiveValues);
    case 'event_time': {
      if (stated.timeFormat !== undefined) return { ...common, kind: 'time', timeFormat: stated.timeFormat };
      const found = statedTime(facts);
      if (found === undefined) {
        throw usageError(
          'BAD_PROFILE',
          `The column '${facts.name}' is to be the event time, but its cells are not times in any known format, for example '${facts.present()[0] ?? ''}'.`,
          `Name another column, or say how its times are written: --time-format '${facts.name}=dd-MMM-yyyy HH:mm:ss'.`,
        );
      }
      return { ...common, kind: 'time', timeFormat: found.format, ...(found.doubt && { doubt: found.doubt }) };
    }
    case 'amount':
      return amountFinding(facts, 1, said);
    case 'feature':
      return { ...common, kind: numericKind };
    case 'ignored':
      return { ...common, kind: facts.numbers === undefined ? 'text' : 'number' };
    default:
      return { ...common, kind: 'category' };
  }
}

/** Adds to a finding what the column's kind needs, and lets what a person said win. */
function profileColumn(finding: Finding, stated: StatedColumn | undefined): ProfileColumn {
  const { facts, role, reason } = finding;
  const kind = stated?.kind ?? finding.kind;
  const inferred = stated === undefined;
  const column: ProfileColumn = {
    name: facts.name,
    kind,
    role,
    confidence: inferred ? Math.round(finding.confidence * 100) / 100 : 1,
    reason: inferred || stated.role !== undefined ? reason : `${reason}; how it is read was stated`,
    inferred,
  };
  if (facts.presentCount === 0) column.sampledValues = 0;
  if (facts.counts.hasExactly(1)) column.sampledValues = 1;
  if (kind === 'number') {
    const numberFormat = stated?.numberFormat ?? facts.numbers?.format;
    if (stated?.numberFormat === undefined && facts.wholeTexts) column.sampledWhole = true;
    if (numberFormat !== undefined) column.numberFormat = numberFormat;
    else if (role !== 'ignored') throw notNumeric(facts);
  }
  if (kind === 'time') {
    const timeFormat = stated?.timeFormat ?? finding.timeFormat ?? statedTime(facts)?.format;
    if (timeFormat === undefined) {
      throw usageError(
        'BAD_PROFILE',
        `The column '${facts.name}' is to be read as times, but its cells are not times in any known format.`,
        `Say how they are written: --time-format '${facts.name}=dd-MMM-yyyy HH:mm:ss'.`,
      );
    }
    column.timeFormat = timeFormat;
    if (role !== 'ignored') column.reason += cutWords(facts, timeFormat);
    const joinedWith = stated?.joinedWith ?? finding.joinedWith;
    if (joinedWith !== undefined) column.joinedWith = [...joinedWith];
    const written = facts.numbers?.format;
    if (isNumericTimeFormat(timeFormat) && written !== undefined && numberFormName(written) !== '1234.5') {
      column.numberFormat = written;
    }
  }
  if (role === 'label') {
    column.positiveValues = [...(stated?.positiveValues ?? finding.positiveValues ?? positiveValuesOf(facts))];
  }
  const doubt = doubtOf(finding, column, stated);
  if (doubt !== undefined) column.doubt = doubt;
  return column;
}

/** What is in doubt about a column that is used, or would be; undefined where a person has said it. */
function doubtOf(finding: Finding, column: ProfileColumn, stated: StatedColumn | undefined): Doubt | undefined {
  if (column.kind === 'number')
    return stated?.numberFormat !== undefined || column.role === 'ignored' ? undefined : numberDoubt(finding.facts);
  if (column.kind === 'time' && (stated?.timeFormat !== undefined || column.role === 'ignored')) return undefined;
  if (column.role === 'ignored' && stated?.role === 'ignored') return undefined;
  return finding.doubt;
}

/** The label with the texts that a person said mean fraud. @throws AssayError WRONG_USE where there is no label. */
function withPositives(label: Finding | undefined, positives: readonly string[] | undefined): Finding | undefined {
  if (positives === undefined) return label;
  if (label === undefined) {
    throw usageError(
      'WRONG_USE',
      'It was said which values mean fraud, but no column was found to be the label.',
      'Name the label column with --label.',
    );
  }
  return statedLabel(label.facts, positives);
}

/** The event time: the likeliest of the columns that hold times, alone or together, or undefined. */
function inferEventTime(columns: readonly ColumnFacts[]): Finding | undefined {
  const alone = columns.flatMap((facts) => timeCandidate(facts) ?? []);
  const best = likeliestTime([...alone, ...joinedTimeCandidates(columns, alone)]);
  return best === undefined ? undefined : eventTimeFinding(best);
}

/**
 * Infers what every column of a recording means from its name and its sampled cells. What a person stated wins.
 * Roles are given in the order label, columns that give it away, event time, id, entities, amount, currency; a column
 * gets one role, and each of these roles one column.
 * @throws AssayError UNKNOWN_COLUMN, WRONG_USE or BAD_PROFILE where an override cannot be followed, IN_DOUBT under `strict`.
 */
export function inferProfile(sample: ProfileSample, overrides: ProfileOverrides): Profile {
  const timeZone = overrides.timeZone ?? 'UTC';
  const said = statedColumns(overrides, sample.columnNames);
  // What is said of people in a column says nothing of how it is read.
  const stated = new Map([...said].filter(([, column]) => saysHowItIsRead(column)));
  const all = columnFacts(sample, zoneClock(timeZone), stated);
  const findings = new Map<string, Finding>();
  const nameOfRole = new Map<ColumnRole, string>();
  const settle = (finding: Finding | undefined): void => {
    if (finding === undefined) return;
    findings.set(finding.facts.name, finding);
    if (!nameOfRole.has(finding.role)) nameOfRole.set(finding.role, finding.facts.name);
  };
  const open = (): readonly ColumnFacts[] => all.filter(({ name }) => !findings.has(name));
  const settleEach = (find: (facts: ColumnFacts) => Finding | undefined): void =>
    open().forEach((facts) => settle(find(facts)));
  const settleRole = (
    role: ColumnRole,
    infer: (columns: readonly ColumnFacts[]) => Finding | undefined,
  ): Finding | undefined => {
    if (!nameOfRole.has(role)) settle(infer(open()));
    return findings.get(nameOfRole.get(role) ?? '');
  };

  for (const facts of all) {
    const column = stated.get(facts.name);
    if (column?.role === undefined) continue;
    const positives =
      column.role === 'label' && overrides.positive !== undefined ? { positiveValues: overrides.positive } : {};
    settle(statedFinding(facts, { ...positives, ...column }, column.role));
  }
  const columnsHaveEnvelope = hasEnvelope(all);
  settleEach((facts) => envelopeFinding(facts, columnsHaveEnvelope));
  const label = settleRole('label', (columns) => withPositives(inferLabel(columns), overrides.positive));
  settleEach((facts) => leakFinding(facts, label));
  settleEach(rowNumberFinding);
  const eventTime = settleRole('event_time', inferEventTime);
  settleEach((facts) => timePartFinding(facts, eventTime));
  settleEach((facts) => otherTimeFinding(facts, eventTime));
  settleEach(unreadableTimeFinding);
  const id = settleRole('id', inferId);
  settleEach((facts) => otherIdFinding(facts, id));
  inferEntities(open(), new Set(nameOfRole.keys())).forEach(settle);
  settleEach((facts) => otherEntityFinding(facts, nameOfRole));
  settleRole('amount', inferAmount);
  settleRole('currency', inferCurrency);
  settleEach((facts) => {
    const categories = all.filter(({ name }) => findings.get(name)?.kind === 'category');
    return ordinaryFinding(facts, categories);
  });

  const columns = all.map((facts) => {
    const finding = findings.get(facts.name);
    return finding === undefined ? [] : [profileColumn(finding, stated.get(facts.name))];
  });
  const profile = withPersonal({ version: 1, timeZone, columns: columns.flat() }, all, said);
  if (overrides.strict === true) refuseDoubt(profile);
  return profile;
}
