import type { Command } from 'commander';
import { parseWhole } from './flags.ts';
import { jsonOption } from './json-option.ts';
import { printBigqueryReport, printFilesReport, printKubeflowReport, printMlflowReport } from './export-report.ts';
import { printOnnxReport } from './report.ts';
import { runCommand } from './run-job.ts';
import { publishTarget, type PublishFlags } from './publish-target.ts';
import { forceOption, requireCase } from './shared-options.ts';
import type { CommandSurroundings } from './surroundings.ts';

interface ExportFlags {
  readonly case?: string;
  readonly model?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

interface MlflowFlags extends Omit<ExportFlags, 'out'>, PublishFlags {
  readonly out?: string;
}

/** `assay export ...`: a model in the forms that other programs take. */
export function addExportCommands(program: Command, surroundings: CommandSurroundings): void {
  const group = program.command('export').summary('write a model in the forms that other programs take');
  group
    .command('onnx')
    .summary('one ONNX file with the exact forest, its threshold and its preprocessing')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .requiredOption('--out <path>', 'a folder for model.onnx, or a file that ends in .onnx')
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay export onnx --case spring.assay --out spring-model
  assay score --model spring-model/model.onnx june.csv.gz --out june-scores.csv`,
    )
    .action(async (flags: ExportFlags) => {
      await runCommand(surroundings, 'exportOnnx', flags.json === true, printOnnxReport, () => ({
        casePath: requireCase(flags.case),
        output: flags.out,
        ...(flags.force === true ? { force: true } : {}),
        ...(flags.model === undefined ? {} : { model: flags.model }),
      }));
    });
  group
    .command('mlflow')
    .summary('an MLflow model with its figures: into a folder, or to a tracking server')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .option('--out <folder>', 'write the model directory here')
    .option('--tracking-uri <address>', 'publish to this server (default: MLFLOW_TRACKING_URI where there is no --out)')
    .option('--experiment <name>', 'experiment that the run belongs to (default assay)')
    .option('--register <name>', 'make a version of this registered model')
    .option('--alias <name>', 'let this alias, such as champion, point at the new version')
    .option('--unless-worse <figure>', "move the alias only where this figure, such as auprc, is at least its holder's")
    .option(
      '--ca <file>',
      "certificates in PEM that the server's must be signed by (default MLFLOW_TRACKING_SERVER_CERT_PATH)",
    )
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A server that cannot be reached does not matter: the export waits in the case, and \`assay push --case FILE\` sends it, once.
Users and passwords come from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN; proxies from HTTP_PROXY,
HTTPS_PROXY and NO_PROXY. They are not stored.

Examples:
  assay export mlflow --case spring.assay --out spring-model
  assay export mlflow --case spring.assay --tracking-uri http://127.0.0.1:5000 --experiment cards --register card-fraud --alias champion`,
    )
    .action(async (flags: MlflowFlags) => {
      await runCommand(surroundings, 'exportMlflow', flags.json === true, printMlflowReport, () => ({
        casePath: requireCase(flags.case),
        ...(flags.model === undefined ? {} : { model: flags.model }),
        ...(flags.out === undefined ? {} : { output: flags.out }),
        ...(flags.force === true ? { force: true } : {}),
        ...publishTarget(flags, flags.out === undefined),
      }));
    });
  addKserve(group, surroundings);
  addKubeflow(group, surroundings);
  addService(group, surroundings);
  addPlain(
    group,
    surroundings,
    'exportSpark',
    'spark',
    'PySpark jobs: score a table, train the same forest on it, score a topic',
  );
  addPlain(group, surroundings, 'exportCsv', 'csv', 'flagged transactions with their reasons, as a CSV file');
  addPlain(
    group,
    surroundings,
    'exportFeatures',
    'features',
    'the features of every transaction, as a CSV file for other programs to train on',
  );
  addPlain(
    group,
    surroundings,
    'exportAlerts',
    'alerts',
    'the list of alerts with verdicts and notes, as CSV, or as Parquet where the name ends in .parquet',
  );
  addNarrative(group, surroundings);
  addBigquery(group, surroundings);
}

function addNarrative(group: Command, surroundings: CommandSurroundings): void {
  group
    .command('narrative')
    .summary('a draft about one decided alert, from facts of the case, each sentence with its transactions')
    .requiredOption('--case <file>', 'the case file')
    .requiredOption('--alert <key>', 'the alert, by the key that `assay alerts` lists; the number alone is enough')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .requiredOption('--out <path>', 'the file to write: Markdown where the name ends in .md, else plain text')
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay export narrative --case spring.assay --alert 4711 --out 4711.md`,
    )
    .action(async (flags: ExportFlags & { readonly alert: string }) => {
      await runCommand(surroundings, 'exportNarrative', flags.json === true, printFilesReport, () => ({
        casePath: requireCase(flags.case),
        key: flags.alert,
        output: flags.out,
        ...(flags.force === true ? { force: true } : {}),
        ...(flags.model === undefined ? {} : { model: flags.model }),
      }));
    });
}

/** An export that needs to know nothing but the model and the place. */
function addPlain(
  group: Command,
  surroundings: CommandSurroundings,
  job: 'exportSpark' | 'exportCsv' | 'exportFeatures' | 'exportAlerts',
  name: string,
  summary: string,
): void {
  group
    .command(name)
    .summary(summary)
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .requiredOption('--out <path>', name === 'spark' ? 'the folder to write' : 'the file to write')
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay export ${name} --case spring.assay --out ${name === 'spark' ? 'spark-job' : `${name}.csv`}`,
    )
    .action(async (flags: ExportFlags) => {
      await runCommand(surroundings, job, flags.json === true, printFilesReport, () => ({
        casePath: requireCase(flags.case),
        output: flags.out,
        ...(flags.force === true ? { force: true } : {}),
        ...(flags.model === undefined ? {} : { model: flags.model }),
      }));
    });
}

interface BigqueryFlags extends Omit<ExportFlags, 'out'> {
  readonly out?: string;
  readonly table?: string;
  readonly decisionsTable?: string;
  readonly endpoint?: string;
}

function addBigquery(group: Command, surroundings: CommandSurroundings): void {
  group
    .command('bigquery')
    .summary('flagged transactions and decisions: into tables, or as files for `bq load`')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .option('--out <folder>', 'write NDJSON and schemas here')
    .option(
      '--table <address>',
      'send flagged transactions to PROJECT.DATASET.TABLE, which is made where it is missing',
    )
    .option('--decisions-table <address>', 'send verdicts there (default: TABLE_decisions)')
    .option('--endpoint <url>', "another server than Google's, such as an emulator; over http no login is sent")
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
What was taken is noted in the case: the same command sends only the rest. The login is that of \`gcloud auth application-default login\`.

Examples:
  assay export bigquery --case spring.assay --out flagged
  assay export bigquery --case spring.assay --table my-project.fraud.flagged`,
    )
    .action(async ({ case: casePath, json, out, ...choice }: BigqueryFlags) => {
      await runCommand(
        surroundings,
        'exportBigquery',
        json === true,
        printBigqueryReport,
        () => ({ ...choice, casePath: requireCase(casePath), ...(out === undefined ? {} : { output: out }) }),
        ({ tables }) => {
          const refused = tables.reduce((sum, table) => sum + table.refused.length, 0);
          if (refused === 0) return;
          const message = `BigQuery refused ${refused} rows; the others are in.`;
          const nextStep = 'Mend what it names, then give the same command: it sends the refused rows again.';
          surroundings.fail({ code: 'CHECK_FAILED', kind: 'failure', message, nextStep });
        },
      );
    });
}

interface KserveFlags extends ExportFlags {
  readonly name?: string;
  readonly namespace?: string;
  readonly tritonUri?: string;
  readonly mlflowUri?: string;
}

function addKserve(group: Command, surroundings: CommandSurroundings): void {
  group
    .command('kserve')
    .summary('a Triton model repository and KServe manifests')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .requiredOption('--out <folder>', 'the folder to write')
    .option('--name <name>', 'name of the service and of the model in Triton (default assay)')
    .option('--namespace <name>', 'Kubernetes namespace (default default)')
    .option('--triton-uri <address>', 'where the cluster finds the folder triton, such as s3://bucket/triton')
    .option('--mlflow-uri <address>', 'where the cluster finds the MLflow model directory, such as s3://bucket/model')
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay export kserve --case spring.assay --out serving --name card-fraud --triton-uri s3://models/card-fraud/triton`,
    )
    .action(async ({ case: casePath, json, out, ...choice }: KserveFlags) => {
      await runCommand(surroundings, 'exportKserve', json === true, printFilesReport, () => ({
        ...choice,
        casePath: requireCase(casePath),
        output: out,
      }));
    });
}

interface ServiceFlags extends ExportFlags {
  readonly image: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly modelUri?: string;
  readonly trackingUri?: string;
  readonly volumeClaim?: string;
  readonly leastReplicas?: number;
  readonly mostReplicas?: number;
}

function addService(group: Command, surroundings: CommandSurroundings): void {
  group
    .command('service')
    .summary('Kubernetes manifests of the scoring service: Deployment, Service, autoscaler')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .requiredOption('--out <folder>', 'the folder to write')
    .requiredOption('--image <image>', 'the image of deploy/Dockerfile, with registry and tag')
    .option('--model-uri <address>', 'each pod reads models:/NAME@ALIAS or models:/NAME/VERSION when it starts')
    .option('--tracking-uri <address>', 'the MLflow server as the cluster sees it, with --model-uri')
    .option('--volume-claim <name>', 'without --model-uri: volume that holds NAME/model.onnx (default assay-models)')
    .option('--name <name>', 'name of the service (default assay-scores)')
    .option('--namespace <name>', 'Kubernetes namespace (default default)')
    .option('--least-replicas <count>', 'pods that always run (default 2)', parseWhole(1, 1000))
    .option('--most-replicas <count>', 'pods at most (default 6)', parseWhole(1, 1000))
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay export service --case spring.assay --image registry.example/assay:1 --out service
  assay export service --case spring.assay --image registry.example/assay:1 --out service \\
    --model-uri models:/card-fraud@champion --tracking-uri http://mlflow:5000`,
    )
    .action(async ({ case: casePath, json, out, ...choice }: ServiceFlags) => {
      await runCommand(surroundings, 'exportService', json === true, printFilesReport, () => ({
        ...choice,
        casePath: requireCase(casePath),
        output: out,
      }));
    });
}

interface KubeflowFlags extends ExportFlags {
  readonly upload?: string;
  readonly start?: boolean;
  readonly image: string;
  readonly recordings: string;
  readonly trackingUri: string;
  readonly register: string;
  readonly kubectlImage?: string;
  readonly experiment?: string;
  readonly schedule?: string;
  readonly volumeClaim?: string;
  readonly inferenceService?: string;
  readonly name?: string;
  readonly namespace?: string;
}

function addKubeflow(group: Command, surroundings: CommandSurroundings): void {
  group
    .command('kubeflow')
    .summary('a pipeline that trains on a schedule, weighs against the champion, registers and redeploys')
    .requiredOption('--case <file>', 'the case file')
    .option('--model <name>', "number or digest of one of the case's models (default: the champion)")
    .requiredOption('--out <folder>', 'the folder to write')
    .requiredOption('--image <image>', 'the image of deploy/Dockerfile, with registry and tag')
    .requiredOption('--recordings <paths>', 'recordings as the steps see them, such as "/data/recordings/*.parquet"')
    .requiredOption('--tracking-uri <address>', 'the MLflow server as the cluster sees it')
    .requiredOption('--register <name>', 'the registered model')
    .option('--experiment <name>', 'experiment that the runs belong to (default assay)')
    .option('--schedule <cron>', 'five fields of cron, UTC (default "0 3 * * *")')
    .option('--volume-claim <name>', 'volume that the steps share at /data (default assay-data)')
    .option('--inference-service <name>', 'the KServe service to point at a new champion (default assay)')
    .option('--kubectl-image <image>', 'image with kubectl for the last step')
    .option('--name <name>', 'name of the pipeline (default assay-retrain)')
    .option(
      '--upload <address>',
      'upload and schedule it at this Kubeflow Pipelines server; the token is KUBEFLOW_TOKEN',
    )
    .option('--start', 'with --upload: start one run now, too')
    .option('--namespace <name>', 'Kubernetes namespace (default default)')
    .addOption(forceOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  assay export kubeflow --case spring.assay --out pipeline --image registry.example/assay:1 \\
    --recordings "/data/recordings/*.parquet" --tracking-uri http://mlflow:5000 --register card-fraud`,
    )
    .action(async ({ case: casePath, json, out, register, ...choice }: KubeflowFlags) => {
      await runCommand(surroundings, 'exportKubeflow', json === true, printKubeflowReport, () => ({
        ...choice,
        casePath: requireCase(casePath),
        output: out,
        registeredModel: register,
      }));
    });
}
