import { stringify } from 'yaml';

/** What the scheduled pipeline does, and where. */
export interface RetrainingPipeline {
  /** A Kubernetes name (RFC 1123 label). */
  readonly name: string;
  readonly namespace: string;
  /** The image of `deploy/Dockerfile`, with its registry and tag. */
  readonly image: string;
  /** An image with kubectl as its program. */
  readonly kubectlImage: string;
  /** Five fields of cron, in UTC. */
  readonly schedule: string;
  /** The recordings as a step sees them: paths below /data, with wildcards. */
  readonly recordings: string;
  /** A PersistentVolumeClaim that every step mounts at /data. */
  readonly volumeClaim: string;
  readonly trackingUri: string;
  readonly experiment: string;
  readonly registeredModel: string;
  /** The KServe service that is pointed at a new champion. */
  readonly inferenceService: string;
  /** Everything that a training takes besides the rows, as JSON: what `assay pipeline run` reads. */
  readonly recipe: string;
  /** Whether a column says which transactions are fraud, so that quality can be measured. */
  readonly isLabelled: boolean;
}

const casePath = '/data/retrained/case.assay';
const storageUriPath = '/data/retrained/storage-uri';
const patchPath = '/data/retrained/patch.json';

/**
 * The scripts of the steps. Values come in as arguments and environment variables, never inside a script, so that none of
 * them is read as shell. `register` moves the alias only where the new model ranks at least as well as the champion, and
 * says where the champion's files lie: nowhere where this pipeline has made none yet.
 */
const scripts = {
  train: [
    'set -eu',
    'mkdir -p /data/retrained',
    'printf "%s" "$2" > /data/retrained/recipe.json',
    `assay pipeline run $1 --recipe /data/retrained/recipe.json --case ${casePath} --json`,
  ],
  evaluate: [
    'set -eu',
    `if [ "$LABELLED" = labelled ]; then assay evaluate --case ${casePath} --json; else assay audit --case ${casePath} --text gate --json; fi`,
  ],
  register: [
    'set -eu',
    'weighed=; if [ "$LABELLED" = labelled ]; then weighed="--unless-worse auprc"; fi',
    `assay export mlflow --case ${casePath} --experiment "$EXPERIMENT" --register "$MODEL" --alias champion $weighed --json | tee /data/retrained/published.json`,
    'grep -q \'"state":"published"\' /data/retrained/published.json',
    `if grep -q '"aliasMoved":true' /data/retrained/published.json; then`,
    '  folder="$SERVICE-$(date -u +%Y%m%d%H%M%S)"',
    `  assay export kserve --case ${casePath} --name "$SERVICE" --out "/data/models/$folder"`,
    '  printf "pvc://%s/models/%s/triton" "$VOLUME_CLAIM" "$folder" > "/data/models/$SERVICE.champion"',
    'fi',
    'mkdir -p "$(dirname "$1")"',
    // Without the note the registry's champion is another's, made outside this pipeline: nothing is to be redeployed.
    'if [ -f "/data/models/$SERVICE.champion" ]; then cp "/data/models/$SERVICE.champion" "$1"; else : > "$1"; fi',
  ],
  // For kubectl in an image without a shell: a patch that changes nothing where nothing is to be redeployed.
  patch: [
    'set -eu',
    `if [ -s "$1" ]; then printf '${patchOf('%s')}' "$(cat "$1")" > "$2"; else printf '{}' > "$2"; fi`,
  ],
} as const;

/** The pipeline in every form: Kubeflow Pipelines, its Kubernetes objects, and Argo Workflows. */
export function pipelineFiles(pipeline: RetrainingPipeline): ReadonlyMap<string, string> {
  const [specification, platform] = intermediateRepresentation(pipeline);
  const metadata = { name: pipeline.name, namespace: pipeline.namespace };
  const apiVersion = 'pipelines.kubeflow.org/v2beta1';
  return new Map([
    ['pipeline.yaml', documents(specification, platform)],
    [
      'pipeline-version.yaml',
      documents(
        { apiVersion, kind: 'Pipeline', metadata },
        {
          apiVersion,
          kind: 'PipelineVersion',
          metadata: { ...metadata, name: `${pipeline.name}-1` },
          spec: { pipelineName: pipeline.name, pipelineSpec: specification, platformSpec: platform },
        },
      ),
    ],
    ['recurring-run.json', `${JSON.stringify(recurringRun(pipeline), null, 2)}\n`],
    ['cron-workflow.yaml', documents(cronWorkflow(pipeline))],
    ['cron-job.yaml', documents(cronJob(pipeline))],
    ['access.yaml', documents(...access(pipeline))],
    ['recipe.json', `${JSON.stringify(JSON.parse(pipeline.recipe), null, 2)}\n`],
  ]);
}

function environment(pipeline: RetrainingPipeline): readonly { readonly name: string; readonly value: string }[] {
  return [
    { name: 'MLFLOW_TRACKING_URI', value: pipeline.trackingUri },
    { name: 'EXPERIMENT', value: pipeline.experiment },
    { name: 'MODEL', value: pipeline.registeredModel },
    { name: 'SERVICE', value: pipeline.inferenceService },
    { name: 'VOLUME_CLAIM', value: pipeline.volumeClaim },
    { name: 'LABELLED', value: pipeline.isLabelled ? 'labelled' : 'unlabelled' },
  ];
}

function shell(name: keyof typeof scripts): readonly string[] {
  return ['sh', '-c', scripts[name].join('\n'), name];
}

function patchArguments(pipeline: RetrainingPipeline, storageUri: string): readonly string[] {
  return [...patchTarget(pipeline), '--patch', patchOf(storageUri)];
}

function patchTarget({ inferenceService, namespace }: RetrainingPipeline): readonly string[] {
  return ['patch', 'inferenceservice', inferenceService, '--namespace', namespace, '--type', 'merge'];
}

/** Points a KServe service at the files of a model. */
function patchOf(storageUri: string): string {
  return `{"spec":{"predictor":{"model":{"storageUri":"${storageUri}"}}}}`;
}

/** Kubeflow's pipeline specification (IR, schema 2.1.0) and its Kubernetes part. */
function intermediateRepresentation(pipeline: RetrainingPipeline): readonly [object, object] {
  const parameter = (name: string): string => `{{$.inputs.parameters['${name}']}}`;
  const trainInputs = { recordings: 'STRING', recipe: 'STRING' };
  const typed = Object.fromEntries(Object.entries(trainInputs).map(([name, type]) => [name, { parameterType: type }]));
  const resources = { resourceCpuLimit: '2', resourceMemoryLimit: '4Gi' };
  const container = (name: keyof typeof scripts, args: readonly string[]): object => ({
    container: { image: pipeline.image, command: shell(name), args, env: environment(pipeline), resources },
  });
  const task = (name: string, after: readonly string[], inputs?: object): object => ({
    taskInfo: { name },
    componentRef: { name: `comp-${name}` },
    cachingOptions: {},
    ...(after.length === 0 ? {} : { dependentTasks: after }),
    ...(inputs === undefined ? {} : { inputs: { parameters: inputs } }),
  });
  const specification = {
    components: {
      'comp-train': { executorLabel: 'exec-train', inputDefinitions: { parameters: typed } },
      'comp-evaluate': { executorLabel: 'exec-evaluate' },
      'comp-register': {
        executorLabel: 'exec-register',
        outputDefinitions: { parameters: { storage_uri: { parameterType: 'STRING' } } },
      },
      'comp-redeploy': {
        executorLabel: 'exec-redeploy',
        inputDefinitions: { parameters: { storage_uri: { parameterType: 'STRING' } } },
      },
    },
    deploymentSpec: {
      executors: {
        'exec-train': container('train', Object.keys(trainInputs).map(parameter)),
        'exec-evaluate': container('evaluate', []),
        'exec-register': container('register', ["{{$.outputs.parameters['storage_uri'].output_file}}"]),
        'exec-redeploy': {
          container: {
            image: pipeline.kubectlImage,
            command: ['kubectl'],
            args: patchArguments(pipeline, parameter('storage_uri')),
          },
        },
      },
    },
    pipelineInfo: {
      name: pipeline.name,
      description: 'Trains again, weighs against the champion, registers, redeploys.',
    },
    root: {
      dag: {
        tasks: {
          train: task(
            'train',
            [],
            Object.fromEntries(Object.keys(trainInputs).map((name) => [name, { componentInputParameter: name }])),
          ),
          evaluate: task('evaluate', ['train']),
          register: task('register', ['evaluate']),
          redeploy: {
            ...task('redeploy', ['register'], {
              storage_uri: { taskOutputParameter: { producerTask: 'register', outputParameterKey: 'storage_uri' } },
            }),
            triggerPolicy: { condition: "inputs.parameter_values['storage_uri'] != ''" },
          },
        },
      },
      inputDefinitions: {
        parameters: {
          recordings: { parameterType: 'STRING', defaultValue: pipeline.recordings, isOptional: true },
          recipe: { parameterType: 'STRING', defaultValue: pipeline.recipe, isOptional: true },
        },
      },
    },
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.16.0',
  };
  const mount = {
    pvcMount: [
      {
        mountPath: '/data',
        constant: pipeline.volumeClaim,
        pvcNameParameter: { runtimeValue: { constant: pipeline.volumeClaim } },
      },
    ],
  };
  const platform = {
    platforms: {
      kubernetes: {
        deploymentSpec: { executors: { 'exec-train': mount, 'exec-evaluate': mount, 'exec-register': mount } },
      },
    },
  };
  return [specification, platform];
}

/** The body of POST /apis/v2beta1/recurringruns; the ids are those that the upload answered with. */
function recurringRun(pipeline: RetrainingPipeline): object {
  return {
    display_name: pipeline.name,
    pipeline_version_reference: {
      pipeline_id: 'ID_OF_THE_UPLOADED_PIPELINE',
      pipeline_version_id: 'ID_OF_ITS_VERSION',
    },
    runtime_config: { parameters: {} },
    max_concurrency: '1',
    mode: 'ENABLE',
    no_catchup: true,
    // Kubeflow counts seconds first.
    trigger: { cron_schedule: { cron: `0 ${pipeline.schedule}` } },
  };
}

/** The same steps where there is neither Kubeflow nor Argo, one after the other in one pod. */
function cronJob(pipeline: RetrainingPipeline): object {
  const volumeMounts = [{ name: 'data', mountPath: '/data' }];
  const container = (name: keyof typeof scripts, args: readonly string[]): object => ({
    name,
    image: pipeline.image,
    command: shell(name),
    args,
    env: environment(pipeline),
    volumeMounts,
    resources: { limits: { cpu: '2', memory: '4Gi' } },
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: pipeline.name, namespace: pipeline.namespace },
    spec: {
      schedule: pipeline.schedule,
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          template: {
            spec: {
              restartPolicy: 'Never',
              serviceAccountName: pipeline.name,
              securityContext: { fsGroup: 1000 },
              volumes: [{ name: 'data', persistentVolumeClaim: { claimName: pipeline.volumeClaim } }],
              initContainers: [
                container('train', [pipeline.recordings, pipeline.recipe]),
                container('evaluate', []),
                container('register', [storageUriPath]),
                container('patch', [storageUriPath, patchPath]),
              ],
              containers: [
                {
                  name: 'redeploy',
                  image: pipeline.kubectlImage,
                  command: ['kubectl'],
                  args: [...patchTarget(pipeline), '--patch-file', patchPath],
                  volumeMounts,
                },
              ],
            },
          },
        },
      },
    },
  };
}

function cronWorkflow(pipeline: RetrainingPipeline): object {
  const volumeMounts = [{ name: 'data', mountPath: '/data' }];
  const container = (name: keyof typeof scripts, args: readonly string[]): object => ({
    name: 'main',
    image: pipeline.image,
    command: shell(name),
    args,
    env: environment(pipeline),
    volumeMounts,
    resources: { limits: { cpu: '2', memory: '4Gi' } },
  });
  const parameters = ['recordings', 'recipe'];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'CronWorkflow',
    metadata: { name: pipeline.name, namespace: pipeline.namespace },
    spec: {
      schedules: [pipeline.schedule],
      timezone: 'UTC',
      concurrencyPolicy: 'Forbid',
      workflowSpec: {
        entrypoint: 'retrain',
        serviceAccountName: pipeline.name,
        // The image's user has no rights on a fresh volume but those of its group.
        securityContext: { fsGroup: 1000 },
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: pipeline.volumeClaim } }],
        arguments: {
          parameters: [
            { name: 'recordings', value: pipeline.recordings },
            { name: 'recipe', value: pipeline.recipe },
          ],
        },
        templates: [
          {
            name: 'retrain',
            dag: {
              tasks: [
                { name: 'train', template: 'train' },
                { name: 'evaluate', template: 'evaluate', dependencies: ['train'] },
                { name: 'register', template: 'register', dependencies: ['evaluate'] },
                {
                  name: 'redeploy',
                  template: 'redeploy',
                  dependencies: ['register'],
                  when: "'{{tasks.register.outputs.parameters.storage-uri}}' != ''",
                  arguments: {
                    parameters: [{ name: 'storage-uri', value: '{{tasks.register.outputs.parameters.storage-uri}}' }],
                  },
                },
              ],
            },
          },
          {
            name: 'train',
            container: container(
              'train',
              parameters.map((name) => `{{workflow.parameters.${name}}}`),
            ),
          },
          { name: 'evaluate', container: container('evaluate', []) },
          {
            name: 'register',
            outputs: { parameters: [{ name: 'storage-uri', valueFrom: { path: '/tmp/storage-uri' } }] },
            container: container('register', ['/tmp/storage-uri']),
          },
          {
            name: 'redeploy',
            inputs: { parameters: [{ name: 'storage-uri' }] },
            container: {
              name: 'main',
              image: pipeline.kubectlImage,
              command: ['kubectl'],
              args: patchArguments(pipeline, '{{inputs.parameters.storage-uri}}'),
            },
          },
        ],
      },
    },
  };
}

/** The one right that redeploying needs, and who has it. */
function access({ name, namespace, inferenceService }: RetrainingPipeline): readonly object[] {
  const metadata = { name, namespace };
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        {
          apiGroups: ['serving.kserve.io'],
          resources: ['inferenceservices'],
          resourceNames: [inferenceService],
          verbs: ['get', 'patch'],
        },
        { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] },
      ],
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata,
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
      roleRef: { apiGroup, kind: 'Role', name },
    },
  ];
}

function documents(...contents: readonly object[]): string {
  return contents.map((content) => stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}
