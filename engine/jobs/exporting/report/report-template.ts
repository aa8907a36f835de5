import { usageError } from '../../../domain/error.ts';

/** Parts that a template names in double braces, and what each is. */
export const reportParts = {
  title: 'what the report is about, in one line',
  made: 'when, by whom and with which version it was made',
  alert: 'one alert: who, what, when, where, why, how and the decision, each with its transactions, and pictures',
  alerts: 'the alerts of the model, the most anomalous first, with their verdicts',
  data: 'recordings with their digests, rows, what could not be read, and columns with what was kept of data of people',
  method: 'how scores come about, and the features',
  parameters: 'parameters and digest of the model',
  stability: 'what other seeds flag',
  tests: 'quality with intervals, and by month',
  baselines: 'what simple rankings find',
  threshold: 'the line, what it flags, and a picture of all scores',
  approvals: 'who made which model the champion, and why',
  history: 'the newest entries of the history, and its head',
} as const;
export type ReportPart = keyof typeof reportParts;

/** The template that is used where no other is named. Braces stand for parts; all else is a team's to change. */
export const defaultTemplate = `<!doctype html>
<!-- A report of Assay -->
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{title}}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 14px/1.5 system-ui, sans-serif; color: #1f2937; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; border-top: 1px solid #d1d5db; padding-top: 1rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin-bottom: 0.25rem; }
table { border-collapse: collapse; margin: 0.75rem 0; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid #d1d5db; padding: 0.2rem 0.5rem; text-align: left; vertical-align: top; overflow-wrap: break-word; max-width: 30rem; }
th { background: #f3f4f6; } .word { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0.75rem 0; }
dt { color: #4b5563; } dd { margin: 0; overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: #374151; }
svg .title { font-weight: 600; } svg .axis { fill: none; stroke: #9ca3af; }
svg .flagged { fill: #c2410c; } svg .lower { fill: #64748b; } svg .other { fill: none; stroke: #1d4ed8; }
.soft { color: #6b7280; }
@media print { body { margin: 0; max-width: none; } h2, h3 { break-after: avoid; } svg, tr { break-inside: avoid; } }
</style>
</head>
<body>
<h1>{{title}}</h1>
<p class="soft">{{made}}</p>
{{alert}}
{{alerts}}
<h2>Purpose of the model</h2>
<p>It ranks transactions by how unusual they are, so that people look at the most unusual first. It decides nothing: a flag is a
reason to look, and every verdict is a person's. It is not meant for refusing a payment without a person.</p>
<h2>Data</h2>
{{data}}
<h2>Method</h2>
{{method}}
<h2>Parameters</h2>
{{parameters}}
<h2>Seed and stability</h2>
{{stability}}
<h2>Tests by time</h2>
{{tests}}
<h2>Baselines</h2>
{{baselines}}
<h2>Threshold</h2>
{{threshold}}
<h2>Limits</h2>
<p>It ranks by rarity, not by guilt. It knows only the columns above; fraud that looks usual is not found, and what is usual changes.
Labels come late, so that the newest days look better than they are. What is below the line was looked at by samples only.</p>
<h2>Monitoring</h2>
<p>The share that is flagged, the drift of every feature and the age of the newest event are exported as metrics. Compare them with the
figures above every week, and train again where they part.</p>
<h2>Approvals</h2>
{{approvals}}
<table><tr><th>Role</th><th>Name</th><th>Date</th><th>Signature</th></tr>
<tr><td>Owner of the model</td><td>&nbsp;</td><td>&nbsp;</td><td>&nbsp;</td></tr>
<tr><td>Validated by</td><td>&nbsp;</td><td>&nbsp;</td><td>&nbsp;</td></tr></table>
<h2>History</h2>
{{history}}
</body>
</html>
`;

/**
 * Fills the parts into a template.
 * @throws AssayError WRONG_USE where it names a part that there is not
 */
export function filledTemplate(template: string, parts: Readonly<Record<ReportPart, string>>): string {
  const known = new Map(Object.entries(parts));
  return template.replaceAll(/\{\{\s*([\w.-]+)\s*\}\}/g, (_all, name: string) => {
    const part = known.get(name);
    if (part !== undefined) return part;
    throw usageError(
      'WRONG_USE',
      `The template names {{${name}}}, which is no part of a report.`,
      `The parts are ${[...known.keys()].join(', ')}.`,
    );
  });
}
