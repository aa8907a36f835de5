import { printableLine } from '../../domain/printable-text.ts';
import type { DescribedModel } from './described-model.ts';
import { modelColumns, type ModelColumn } from './model-inputs.ts';

const words: Readonly<Record<ModelColumn['holds'], string>> = {
  number: 'number of any type, empty where missing',
  time: "time: a datetime, a text as in the recording, or a number in the recording's unit; UTC where no zone is said",
  text: 'text, empty where missing; read it as text so that 007 stays 007',
  feature: 'finished feature (float), computed by `assay score` or the Spark job',
};

/** What the model is, what it takes and gives, and how good it was, in Markdown. */
export function modelCard(model: DescribedModel): string {
  const { parameters } = model;
  const figures = Object.entries(model.metrics);
  const windows = model.spec.windows?.features ?? [];
  return [
    `# ${line(model.name)}`,
    '',
    `${kindWords(model)}, with the threshold an analyst chose. ` +
      `It was ${parameters.imported === undefined ? 'trained' : 'made elsewhere, read'} and exported by Assay; ` +
      'its flags are those of the laptop, transaction by transaction.',
    '',
    `- Model digest (SHA-256): \`${model.digest}\``,
    `- Head of the history of its case: \`${model.history}\``,
    ...originLines(model),
    ...learningLines(parameters),
    `- Flags a score of ${model.thresholdScore.toFixed(6)} or more: ${model.flagged} of ${model.rows} transactions. Rule: ${rule(model)}`,
    model.leaf === 'score'
      ? "- A leaf counts for what it falls short of its tree's greatest score, in whole units"
      : '- Path length of a leaf with n transactions: depth + c(n), with the harmonic number by ln(n - 1) + 0.5772156649',
    '',
    '## What it takes',
    '',
    '| column | what it holds |',
    '| --- | --- |',
    ...modelColumns(model.spec, model.inputs).map(({ name, holds }) => `| ${code(name)} | ${words[holds]} |`),
    '',
    'Other columns are passed over. Missing cells are filled by the rules in `feature_spec.json`.',
    '',
    '## What it gives',
    '',
    '| column | meaning |',
    '| --- | --- |',
    `| \`score\` | ${scoreWords(model)} |`,
    '| `decision` | above 0 exactly for flagged transactions |',
    '| `is_anomaly` | 1 for flagged transactions, else 0 |',
    '| `path_length_units` | the exact integer behind the score; flagged where it is at most ' +
      `${model.thresholdUnits} |`,
    '',
    '## Features',
    '',
    ...[...model.spec.features, ...windows].map(({ name, description }) => `- ${code(name)}: ${line(description)}`),
    '',
    '## Figures',
    '',
    ...(figures.length === 0 ? ['None.'] : ['| figure | value |', '| --- | --- |']),
    ...figures.map(([name, value]) => `| ${name} | ${Number.isInteger(value) ? value : value.toPrecision(6)} |`),
    '',
    '## Limits',
    '',
    'It ranks by rarity, not by guilt: a flag is a reason to look. It knows only the columns above, and patterns change; ' +
      'compare the share it flags with the share above, and train again when they part.',
    '',
  ].join('\n');
}

function rule({ threshold: { rule: name, details } }: DescribedModel): string {
  return Object.entries({ rule: name, ...details })
    .map(([name, value]) => `${line(name)} ${line(String(value))}`)
    .join(', ');
}

/** One line of untrusted text, with the marks of Markdown and HTML taken away. */
function line(value: string): string {
  return printableLine(value.replace(/[\r\n]+/g, ' ')).replace(/[<>[\]|`*_\\]/g, (mark) => `\\${mark}`);
}

function code(value: string): string {
  return `\`${printableLine(value.replace(/[\r\n`|]+/g, ' '))}\``;
}

function kindWords({ leaf }: DescribedModel): string {
  return leaf === 'score'
    ? 'Trees whose leaves add up to a score that ranks transactions'
    : 'An isolation forest that ranks transactions by how unusual they are';
}

function scoreWords({ leaf, parameters: { imported } }: DescribedModel): string {
  if (leaf !== 'score') return '0 to 1, higher is more unusual';
  const scale = "on the model's own scale, not 0 to 1; higher is more unusual";
  return imported?.direction === 'lower-is-anomalous' ? `${scale}: its output is turned, by its sign` : scale;
}

/** Who grew the trees and from what, or where they came from. */
function originLines({
  parameters,
  treeCount,
  sampleSize,
  trainedRows,
  recordings,
}: DescribedModel): readonly string[] {
  const { imported, trees, seed, grower } = parameters;
  const names = recordings.map(({ name }) => code(name)).join(', ');
  if (imported === undefined)
    return [
      `- ${trees} trees of ${sampleSize} transactions each, seed ${seed}, grown by \`${grower}\``,
      `- Trained on ${trainedRows} transactions of ${names}`,
    ];
  return [
    `- ${treeCount} trees made elsewhere by ${line(imported.producer)}, read from ${code(imported.file)} (SHA-256 \`${imported.sha256}\`)`,
    `- Of its output ${code(imported.output)}, ${imported.direction.replaceAll('-', ' ')}`,
    `- Not trained on ${names}: what it was trained on, its file does not say`,
  ];
}

function learningLines({ learning }: DescribedModel['parameters']): readonly string[] {
  if (learning === undefined) return [];
  const { boostedTrees, alerts, fraud, from, verdicts, forest } = learning;
  return [
    `- ${boostedTrees} small trees added, learned from ${alerts} judged alerts (${from}; ${fraud} fraud), digest \`${verdicts}\`; the forest beneath has the digest \`${forest}\``,
    '- Leaves are in edges such that the middle transaction has the score that the forest gives it',
  ];
}
