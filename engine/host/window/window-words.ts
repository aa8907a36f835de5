import type { ErrorReport } from '../../../preload/contract/envelope.ts';

/*
 * The engine writes its sentences for whoever types a command, since every door leads to the same work. In the window the same
 * step is a field or a button: here alone is said which. `window-words.test.ts` finds a sentence that is forgotten.
 */

/** What a sentence says of flags and commands, and what it says in the window. */
const windowWords: readonly (readonly [RegExp, string])[] = [
  [
    /Name a feature for each with --map, in the model's order, out of:/g,
    "Name a feature for each, in the model's order, out of:",
  ],
  [/Name its score with --output:/g, 'Name the output that is its score:'],
  [/; name another with --output/g, '; name another'],
  [/Leave --direction out\./g, 'Leave it to the model.'],
  [/Add --direction higher-is-anomalous, or --direction lower-is-anomalous\./g, 'Say which of them are anomalous.'],
  [
    /Say which outcomes do with `assay four-eyes`, and judge\./g,
    'Say which outcomes do by Second person in the menu of the case, and judge.',
  ],
  [/ with `assay train --case FILE`/g, ' in Tuning'],
  [/Mend it: assay mend --case .+?\. It takes/g, 'Mend it in the menu of cases: that takes'],
  [/Mend it: assay mend --case .+?\. It puts back/g, 'Mend it in the menu of cases: that puts back'],
  [/with `assay retrain --case FILE`, or follow with --retrain drift\./g, 'in Models.'],
  [
    /Set ASSAY_PASSPHRASE, or ASSAY_PASSPHRASE_FILE to a file that holds it, or run the command at a terminal, which asks\./g,
    'Open it in the menu of cases, which asks for the passphrase.',
  ],
  [
    /Add --change to give it another passphrase, or unlock it first\./g,
    'Give it another passphrase, or unlock it first.',
  ],
  [/; `assay learn` adds it anew\./g, '; learning from verdicts adds it anew.'],
  [/Choose by --rows\./g, 'Choose by a number of transactions.'],
  [/Choose more with --last or --rows\./g, 'Choose more days, or more transactions.'],
  [/ until `assay promote --case FILE --model \S+`/g, ' until another is made so in Models'],
  [
    /Name it with --time COLUMN, or use --contamination instead\./g,
    'Give its column the role of the time in Sources, or set the contamination.',
  ],
  [
    /; --time COLUMN names one, and --time-format COLUMN=PATTERN says how it is written/g,
    '; give one the role of the time, and say beside it how it is written',
  ],
  [/Write from\(COLUMN\)=\.\.\. or name it with --time\./g, 'Give its column the role of the time in Sources.'],
  [
    /(Name the (label )?column|Read it|Name another) with --label( COLUMN)?/g,
    'Give the label column its role in Sources',
  ],
  [
    /name another with --label, or state its positiveValues in a profile file/g,
    'give another column the role of the label in Sources, or say there which values mean fraud',
  ],
  [/Read the recording with --time COLUMN/g, 'Give the time column its role in Sources'],
  [/name another column with --amount/g, 'give another column the role of the amount'],
  [
    / how (its times|they) are written: --time-format (?:'[^']*=([^']*)'|\S+=(\S+))/g,
    ' beside it how $1 are written, such as $2$3',
  ],
  [/state it with --time-format (?:'(?:[^']|'\\'')*'|\S+)/g, 'state its form beside it'],
  [/Say which values mean fraud with --positive\./g, 'Say beside it which values mean fraud.'],
  [/ --positive says otherwise\./g, ' Beside the column it can be said otherwise.'],
  [/ --label says otherwise\./g, ' The role of the column can be changed.'],
  [/ Settle it with `[^`]*` or `[^`]*`\./g, ' Choose the right one beside the column.'],
  [/Use another --case for the new content/g, 'Read the new content into another case'],
  [/ with these flags: assay run RECORDING --case NEW\.assay \.\.\./g, ' with these roles.'],
  [/: assay run RECORDING\.\.\. --case NEW\.assay/g, '.'],
  [/,? (with|in PEM, with) --ca FILE/g, ' among the certificates'],
  [/Add --register NAME\./g, 'Name the registered model.'],
  [/Add --tracking-uri ADDRESS and --experiment NAME\./g, 'Name the tracking server and an experiment.'],
  [
    /Add --out FOLDER, or --tracking-uri ADDRESS and --experiment NAME\./g,
    'Name a folder, or the tracking server and an experiment.',
  ],
  [/Add --out FOLDER, or --table PROJECT\.DATASET\.TABLE\./g, 'Name a folder, or a table as PROJECT.DATASET.TABLE.'],
  [/Add --upload ADDRESS\./g, 'Name the address of the server.'],
  [/Add --case FILE, or the folder that was exported\./g, 'Open the case, or name the folder that was exported.'],
  [/Name a folder that `assay export mlflow --out` wrote\./g, 'Name a folder that was exported for MLflow.'],
  [
    /Give both --model-uri and --tracking-uri, or neither/g,
    'Give both addresses, of the model and of the tracking server, or neither',
  ],
  [/, or replace it: --force on the command line\./g, ', or replace it.'],
  [/`assay score --model` computes them from a recording\./g, 'Assay computes them itself where it scores.'],
  [/`assay alerts --case FILE` lists the keys(;[^.]*)?\./g, 'Triage lists the alerts.'],
  [/ \(assay alerts --case FILE\)/g, ''],
  [/"Replace", or --replace, puts/g, '"Replace" puts'],
  [/name an id column with --id/g, 'give an id column its role'],
  [/Give another one with --metrics\./g, 'Give another one.'],
  [/and --namespace to a profile of yours/g, 'and name a profile of yours as the namespace'],
  [/Check the path given with --model\./g, 'Check the path.'],
  [
    /Train with --time-zone UTC, or with --leave-out on those features\./g,
    'Train in a case of UTC, or without those features.',
  ],
  [/Where it is a table, say with --delimiter what/g, 'Where it is a table, say in Sources what'],
  [/; name another encoding with --encoding\./g, '; name another encoding in Sources.'],
  [/say the encoding with --encoding\./g, 'say the encoding in Sources.'],
  [/ \(--case FILE\)/g, ''],
  [/ with --from an offset behind it\./g, ' from an offset behind it.'],
  [/, for example --first-day \d+ --train-days \d+ --delay-days \d+ --test-days \d+\./g, '.'],
  [/Read a recording into it with `assay ingest`\./g, 'Read a recording into it in Sources.'],
  [/Name a folder that `assay record` wrote, or a file\./g, 'Name a folder of a recorded topic, or a file.'],
  [/Give a recording of `assay record` or `kcat -J`/g, 'Give a recorded topic, of Assay or of `kcat -J`'],
  [/Export it again with `assay export onnx`\./g, 'Export it again as ONNX.'],
  [/`assay quarantine` shows them/g, 'Sources shows them'],
  [/ with `assay tune`, then export again\./g, ' in Tuning, then export again.'],
  [/Give a model that `assay export onnx` wrote\./g, 'Give a model that was exported as ONNX.'],
  [/Publish the model with `assay export mlflow`\./g, 'Publish the model in Exports.'],
  [/See `assay audit --verify`\./g, 'See the history of the case.'],
  [/Make one: assay seal --make-key\./g, 'Make a key first.'],
  [/ \(--frame \w+\)/g, ' in Sources'],
  [/ that knows the schemas: --schema-registry \S+/g, ' that knows the schemas.'],
  [/`assay suppress list --case FILE` shows the numbers\./g, 'The list of silenced patterns shows the numbers.'],
  [/Add --tracking-uri ADDRESS, or set MLFLOW_TRACKING_URI\./g, 'Name the tracking server.'],
  [/ in PEM: --time-stamp-authority FILE\./g, ' in PEM beside its server.'],
  [
    /The seal waits in the case: `assay push --case FILE` asks again\./g,
    'The seal waits in Exports, which asks again.',
  ],
  [/ first: assay train --case FILE\./g, ' first.'],
  [/; `assay push` sends what waits\./g, '; what waits is sent from Exports.'],
];

/** A sentence of the engine as the window says it. */
export function inWindowWords(sentence: string): string {
  return windowWords.reduce((words, [flag, instead]) => words.replace(flag, instead), sentence);
}

/** What a failure says in the window. */
export function reportInWindow({ message, nextStep, ...report }: ErrorReport): ErrorReport {
  return {
    ...report,
    message: inWindowWords(message),
    ...(nextStep === undefined ? {} : { nextStep: inWindowWords(nextStep) }),
  };
}

/** An answer's notices in the words of the window, whether or not each has its time; whatever else it holds is data. */
export function noticesInWindow<Data>(data: Data): Data {
  if (typeof data !== 'object' || data === null || !('notices' in data) || !Array.isArray(data.notices)) return data;
  return { ...data, notices: data.notices.map(noticeInWindow) };
}

function noticeInWindow(notice: unknown): unknown {
  if (typeof notice === 'string') return inWindowWords(notice);
  const isTimed = typeof notice === 'object' && notice !== null && 'sentence' in notice;
  return isTimed ? { ...notice, sentence: inWindowWords(String(notice.sentence)) } : notice;
}
