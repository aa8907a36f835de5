import { usageError } from '../domain/error.ts';
import type { ColumnKind, ColumnRole, Profile, ProfileColumn, ProfileOverrides } from '../domain/profile.ts';
import { zoneClock } from '../domain/time-zone.ts';
import { columnFacts } from './column-facts.ts';
import type { ColumnFacts } from './column-facts.ts';
import { joinWords } from './finding.ts';
import type { Finding } from './finding.ts';
import { amountFinding, inferAmount, inferCurrency } from './infer-amount.ts';
import { entityRoles, inferEntities, inferId, otherEntityFinding, otherIdFinding } from './infer-key-columns.ts';
import { inferLabel, leakFinding, positiveValuesOf, statedLabel } from './infer-label.ts';
import { envelopeFinding, hasEnvelope, ordinaryFinding } from './infer-ordinary.ts';
import { inferEventTime, otherTimeFinding, statedTimeFormat, unreadableTimeFinding } from './infer-time-column.ts';
import { nearNames } from './near-names.ts';
import type { ProfileSample } from './profile-sample.ts';

type StatedColumn = NonNullable<ProfileOverrides['columns']>[string];

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

function notNumeric(facts: ColumnFacts): Error {
  const example = facts.present.find((text) => Number.isNaN(Number(text))) ?? '';
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
      const timeFormat = stated.timeFormat ?? statedTimeFormat(facts);
      if (timeFormat === undefined) {
        throw usageError(
          'BAD_PROFILE',
          `The column '${facts.name}' is to be the event time, but its cells are not times in any known format, for example '${facts.present[0] ?? ''}'.`,
          'Name another column, or state its timeFormat in the profile file.',
        );
      }
      return { ...common, kind: 'time', timeFormat };
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
  if (kind === 'number') {
    const numberFormat = stated?.numberFormat ?? facts.numbers?.format;
    if (numberFormat !== undefined) column.numberFormat = numberFormat;
    else if (role !== 'ignored') throw notNumeric(facts);
  }
  if (kind === 'time') {
    const timeFormat = stated?.timeFormat ?? finding.timeFormat ?? statedTimeFormat(facts);
    if (timeFormat === undefined) {
      throw usageError(
        'BAD_PROFILE',
        `The column '${facts.name}' is to be read as times, but its cells are not times in any known format.`,
        'State its timeFormat in the profile file.',
      );
    }
    column.timeFormat = timeFormat;
  }
  if (role === 'label') {
    column.positiveValues = [...(stated?.positiveValues ?? finding.positiveValues ?? positiveValuesOf(facts))];
  }
  return column;
}

/**
 * Infers what every column of a recording means from its name and its sampled cells. What a person stated wins.
 * Roles are given in the order label, columns that give it away, event time, id, entities, amount, currency; a column
 * gets one role, and each of these roles one column.
 * @throws AssayError UNKNOWN_COLUMN, WRONG_USE or BAD_PROFILE where an override cannot be followed.
 */
export function inferProfile(sample: ProfileSample, overrides: ProfileOverrides): Profile {
  const timeZone = overrides.timeZone ?? 'UTC';
  zoneClock(timeZone);
  const all = columnFacts(sample);
  const stated = statedColumns(overrides, sample.columnNames);
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
    const said = stated.get(facts.name);
    if (said?.role !== undefined) settle(statedFinding(facts, said, said.role));
  }
  const columnsHaveEnvelope = hasEnvelope(all);
  settleEach((facts) => envelopeFinding(facts, columnsHaveEnvelope));
  const label = settleRole('label', inferLabel);
  settleEach((facts) => leakFinding(facts, label));
  const eventTime = settleRole('event_time', inferEventTime);
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
  return { version: 1, timeZone, columns: columns.flat() };
}
