import { DRIFTED_FROM } from '../../domain/retraining.ts';
import type { Gate, GateCheck } from '../../../preload/contract/retraining.ts';

/** Frauds, and others, that must be known among the judged rows before labels decide. */
const ENOUGH_FRAUDS = 10;
/** Below so many judged rows a distribution says nothing. */
const FEWEST_FOR_DRIFT = 500;
/** Below so many flags, how many two forests share is chance. */
const FEWEST_FLAGS = 20;
/** A line holds where the share it flags later is within this factor of the share it was drawn for. */
const SHARE_FACTOR = 2;
const LEAST_STABILITY = 0.5;
/** Of what two seeds of the challenger share, the champion must share so much where nothing has drifted. */
const LEAST_PART_OF_STABILITY = 0.5;
/** A challenger may be worse by a tenth: it is there because the champion ages. */
const LEAST_PART_OF_QUALITY = 0.9;

/** A figure of both models. */
interface Both {
  readonly champion: number | null;
  readonly challenger: number | null;
}

/** What both models did on the same later rows. */
export interface JudgedModels {
  readonly judgedRows: number;
  readonly frauds: number;
  readonly others: number;
  /** Share of the rows learned from that the challenger's line flags. */
  readonly expectedShare: number;
  readonly flaggedShare: { readonly champion: number; readonly challenger: number };
  /** Of the rows learned from to the later ones: the greatest of all features. */
  readonly drift: {
    readonly champion: { readonly feature: string; readonly psi: number } | null;
    readonly challenger: { readonly feature: string; readonly psi: number };
  };
  /** Flags that are compared: as many of each model. */
  readonly comparedFlags: number;
  /** What the challenger shares with itself under other seeds, on average. */
  readonly stability: number | null;
  /** What champion and challenger share. */
  readonly overlap: number | null;
  readonly averagePrecision: Both & {
    /** 95 % interval of the gain, by drawing days; null without days. */
    readonly gain: { readonly low: number; readonly high: number } | null;
  };
  readonly cardPrecision: Both;
}

/**
 * Whether a challenger may follow its champion. Where enough frauds are known among the later rows, quality decides; where not,
 * the challenger must hold its line, fit the later rows no worse, be sure of itself, and agree with the champion unless these drifted.
 */
export function judgeGate(models: JudgedModels): Gate {
  const byLabels = models.frauds >= ENOUGH_FRAUDS && models.others >= ENOUGH_FRAUDS;
  const checks = [
    shareCheck(models),
    driftCheck(models, !byLabels),
    stabilityCheck(models),
    overlapCheck(models, !byLabels),
    ...(byLabels ? [precisionCheck(models), cardCheck(models)] : []),
  ];
  const failed = checks.filter(({ passed }) => passed === false);
  const passed = failed.length === 0;
  const told = (passed ? checks.filter((check) => check.passed === true) : failed).map(({ sentence }) => sentence);
  return {
    passed,
    basis: byLabels ? 'labels' : 'no labels',
    checks,
    sentence: `${passed ? 'Passed' : 'Held back'} (${byLabels ? 'with labels' : 'without labels'}): ${told.join('; ')}.`,
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function shareCheck({ flaggedShare, expectedShare, judgedRows }: JudgedModels): GateCheck {
  const expected = expectedShare * judgedRows;
  const found = flaggedShare.challenger * judgedRows;
  // Few flags vary by chance: three standard deviations of a count are no sign.
  const isChance = Math.abs(found - expected) <= 3 * Math.sqrt(Math.max(expected, 1));
  const passed = isChance || (found <= SHARE_FACTOR * expected && found >= expected / SHARE_FACTOR);
  return {
    name: 'flagged share',
    ...flaggedShare,
    passed,
    sentence: `flags ${percent(flaggedShare.challenger)} of the later rows, its line was drawn for ${percent(expectedShare)} (champion ${percent(flaggedShare.champion)})`,
  };
}

function driftCheck({ drift: { champion, challenger }, judgedRows }: JudgedModels, decides: boolean): GateCheck {
  const bound = Math.max(DRIFTED_FROM, champion?.psi ?? 0);
  return {
    name: 'drift',
    champion: champion?.psi ?? null,
    challenger: challenger.psi,
    passed: decides && judgedRows >= FEWEST_FOR_DRIFT ? challenger.psi <= bound : null,
    sentence: `greatest drift PSI ${challenger.psi.toFixed(2)} (${challenger.feature})${champion === null ? '' : `, champion ${champion.psi.toFixed(2)} (${champion.feature})`}`,
  };
}

function stabilityCheck({ stability, comparedFlags }: JudgedModels): GateCheck {
  return {
    name: 'stability',
    champion: null,
    challenger: stability,
    passed: stability === null || comparedFlags < FEWEST_FLAGS ? null : stability >= LEAST_STABILITY,
    sentence: `shares ${stability === null ? 'nothing' : percent(stability)} of its flags with other seeds`,
  };
}

function overlapCheck({ overlap, stability, comparedFlags, drift }: JudgedModels, decides: boolean): GateCheck {
  const isSteady = drift.champion !== null && drift.champion.psi <= DRIFTED_FROM;
  const canTell = overlap !== null && stability !== null && comparedFlags >= FEWEST_FLAGS;
  return {
    name: 'overlap',
    champion: null,
    challenger: overlap,
    passed: decides && isSteady && canTell ? overlap >= LEAST_PART_OF_STABILITY * stability : null,
    sentence: `shares ${overlap === null ? 'nothing' : percent(overlap)} of its flags with the champion`,
  };
}

function precisionCheck({ averagePrecision: { champion, challenger, gain } }: JudgedModels): GateCheck {
  const isWorse = gain !== null && gain.high < 0;
  return {
    name: 'average precision',
    champion,
    challenger,
    passed: !isWorse && isNoWorse(champion, challenger),
    sentence: `average precision ${figure(challenger)}, champion ${figure(champion)}${gain === null ? '' : ` (gain ${gain.low.toFixed(3)} to ${gain.high.toFixed(3)})`}`,
  };
}

function cardCheck({ cardPrecision: { champion, challenger } }: JudgedModels): GateCheck {
  return {
    name: 'card precision',
    champion,
    challenger,
    passed: champion === null || challenger === null ? null : isNoWorse(champion, challenger),
    sentence: `card precision ${figure(challenger)}, champion ${figure(champion)}`,
  };
}

function isNoWorse(champion: number | null, challenger: number | null): boolean {
  return (challenger ?? 0) >= LEAST_PART_OF_QUALITY * (champion ?? 0);
}

const figure = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(3));
