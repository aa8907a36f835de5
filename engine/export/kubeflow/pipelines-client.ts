import { z } from 'zod';
import { AssayError, usageError } from '../../domain/error.ts';
import { fetchNoted } from '../../network/door.ts';

/** What of a pipeline's life at a Kubeflow Pipelines server is asked for. */
export interface UploadRequest {
  readonly name: string;
  readonly namespace: string;
  /** The pipeline's YAML: its specification and its Kubernetes part. */
  readonly pipeline: string;
  /** Five fields of cron in UTC; null where nothing is to be scheduled. */
  readonly schedule: string | null;
  /** Starts one run now. */
  readonly start: boolean;
}

/** Where it is at the server. */
export interface Uploaded {
  readonly pipelineId: string;
  readonly versionId: string;
  /** Whether the server had a pipeline of the name, so that this is a new version of it. */
  readonly isNewVersion: boolean;
  readonly runId: string | null;
  readonly recurringRunId: string | null;
}

export interface PipelinesServer {
  readonly address: string;
  /** Sent as a bearer token; null sends none. */
  readonly token: string | null;
  readonly signal: AbortSignal;
}

const callTimeoutMs = 60_000;
const longestRefusal = 600;

const pipelineSchema = z.object({ pipeline_id: z.string() });
const versionSchema = z.object({ pipeline_version_id: z.string() });
const versionsSchema = z.object({ pipeline_versions: z.array(versionSchema).default([]) });
const runSchema = z.object({ run_id: z.string() });
const recurringSchema = z.object({ recurring_run_id: z.string() });
const recurringListSchema = z.object({
  recurringRuns: z.array(z.object({ recurring_run_id: z.string(), display_name: z.string() })).default([]),
});
const refusalSchema = z.object({ error: z.string().optional(), message: z.string().optional() });

/**
 * Uploads a pipeline over the v2beta1 interface, as a new version where the server has one of the name, and starts or schedules it. A
 * schedule of the same name is replaced, so that there is never more than one.
 *
 * @throws AssayError WRONG_USE for an address that is none, SERVER_UNAVAILABLE where the server cannot be reached, FORBIDDEN and
 * others with what the server said.
 */
export async function uploadPipeline(server: PipelinesServer, request: UploadRequest): Promise<Uploaded> {
  const { name, namespace } = request;
  const call = caller(server);
  const known = await call('GET', `pipelines/names/${encodeURIComponent(name)}`, `find the pipeline ${name}`, {
    query: { namespace },
    absentIsNull: true,
  });
  const isNewVersion = known !== null;
  const { pipelineId, versionId } = isNewVersion
    ? await uploadVersion(call, answerOf(pipelineSchema, known).pipeline_id, request)
    : await uploadFirst(call, request);
  const reference = { pipeline_id: pipelineId, pipeline_version_id: versionId };
  const runId = request.start
    ? answerOf(
        runSchema,
        await call('POST', 'runs', 'start a run', {
          json: { display_name: name, pipeline_version_reference: reference, runtime_config: { parameters: {} } },
        }),
      ).run_id
    : null;
  const recurringRunId = request.schedule === null ? null : await schedule(call, request, reference, request.schedule);
  return { pipelineId, versionId, isNewVersion, runId, recurringRunId };
}

async function uploadFirst(
  call: Call,
  { name, namespace, pipeline }: UploadRequest,
): Promise<{ readonly pipelineId: string; readonly versionId: string }> {
  const made = await call('POST', 'pipelines/upload', `upload the pipeline ${name}`, {
    query: { name, display_name: name, namespace },
    file: pipeline,
  });
  const { pipeline_id: pipelineId } = answerOf(pipelineSchema, made);
  const versions = await call('GET', `pipelines/${pipelineId}/versions`, 'list its versions', {
    query: { sort_by: 'created_at desc', page_size: '1' },
  });
  const version = answerOf(versionsSchema, versions).pipeline_versions.at(0);
  if (version === undefined)
    throw new AssayError(
      'MODEL_MISMATCH',
      'failure',
      `The server took the pipeline ${name}, but has no version of it.`,
    );
  return { pipelineId, versionId: version.pipeline_version_id };
}

async function uploadVersion(
  call: Call,
  pipelineId: string,
  { name, pipeline }: UploadRequest,
): Promise<{ readonly pipelineId: string; readonly versionId: string }> {
  // Versions of a pipeline may not share a name.
  const versionName = `${name}-${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}`;
  const made = await call('POST', 'pipelines/upload_version', `upload a version of ${name}`, {
    query: { name: versionName, pipelineid: pipelineId },
    file: pipeline,
  });
  return { pipelineId, versionId: answerOf(versionSchema, made).pipeline_version_id };
}

async function schedule(call: Call, request: UploadRequest, reference: object, cron: string): Promise<string> {
  const { name, namespace } = request;
  const listed = await call('GET', 'recurringruns', 'list the schedules', { query: { namespace, page_size: '200' } });
  const earlier = answerOf(recurringListSchema, listed).recurringRuns.filter((run) => run.display_name === name);
  const made = await call('POST', 'recurringruns', 'schedule it', {
    json: {
      display_name: name,
      pipeline_version_reference: reference,
      runtime_config: { parameters: {} },
      max_concurrency: '1',
      mode: 'ENABLE',
      no_catchup: true,
      // Kubeflow counts seconds first.
      trigger: { cron_schedule: { cron: `0 ${cron}` } },
    },
  });
  // After the new one is there: a failure in between leaves two schedules and never none.
  for (const { recurring_run_id: id } of earlier)
    await call('DELETE', `recurringruns/${encodeURIComponent(id)}`, 'remove the earlier schedule', {});
  return answerOf(recurringSchema, made).recurring_run_id;
}

interface CallContent {
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: object;
  /** Sent as the form field `uploadfile`. */
  readonly file?: string;
  /** Gives null where the server has no such thing, instead of failing. */
  readonly absentIsNull?: boolean;
}

type Call = (method: string, path: string, what: string, content: CallContent) => Promise<unknown>;

function caller({ address, token, signal }: PipelinesServer): Call {
  const base = baseOf(address);
  return async (method, path, what, { query = {}, json, file, absentIsNull = false }) => {
    const url = new URL(`${base.pathname.replace(/\/$/, '')}/apis/v2beta1/${path}`, base);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
    const form = new FormData();
    if (file !== undefined) form.append('uploadfile', new Blob([file], { type: 'application/yaml' }), 'pipeline.yaml');
    const body = file === undefined ? json && JSON.stringify(json) : form;
    let response: Response;
    let text: string;
    try {
      response = await fetchNoted('Kubeflow', url, {
        method,
        headers: {
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]),
      });
      text = await response.text();
    } catch (cause) {
      signal.throwIfAborted();
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      throw new AssayError(
        'SERVER_UNAVAILABLE',
        'failure',
        `The server at ${base.origin} cannot be reached: ${reason}.`,
        {
          nextStep:
            'Check the address; from outside the cluster, `kubectl port-forward svc/ml-pipeline 8888` makes a way.',
          cause,
        },
      );
    }
    if (response.status === 404 && absentIsNull) return null;
    if (!response.ok) throw refusalOf(response.status, text, what);
    try {
      return JSON.parse(text === '' ? '{}' : text) as unknown;
    } catch {
      throw noPipelinesServer(base.origin);
    }
  };
}

function baseOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw usageError(
      'WRONG_USE',
      `'${address}' is not the address of a Kubeflow Pipelines server.`,
      'Give it as http://HOST:8888, or https://HOST/pipeline behind its pages.',
    );
  if (url.username !== '' || url.password !== '')
    throw usageError(
      'WRONG_USE',
      'The address of the Kubeflow Pipelines server holds a user or a password.',
      'Set KUBEFLOW_TOKEN instead.',
    );
  return url;
}

function refusalOf(status: number, text: string, what: string): AssayError {
  const said = wordsOf(text);
  const sentence = `The server would not ${what} (HTTP ${status}): ${said}`;
  if (status === 401 || status === 403 || (status >= 300 && status < 400))
    return new AssayError('FORBIDDEN', 'failure', sentence, {
      nextStep: 'Set KUBEFLOW_TOKEN to a token that may do this, and --namespace to a profile of yours.',
    });
  if (status === 404)
    return new AssayError('FILE_NOT_FOUND', 'failure', sentence, {
      nextStep: 'Check that the address is that of Kubeflow Pipelines 2: its interface lies below /apis/v2beta1.',
    });
  return new AssayError(status >= 500 ? 'SERVER_UNAVAILABLE' : 'WRONG_USE', 'failure', sentence);
}

/** The server's own text: its JSON error, or a page's words without marks. */
function wordsOf(text: string): string {
  try {
    const { error, message } = refusalSchema.parse(JSON.parse(text));
    const words = message ?? error;
    if (words !== undefined) return words.slice(0, longestRefusal);
  } catch {
    // Proxies answer in text or HTML.
  }
  const words = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return words === '' ? 'no reason was given' : words.slice(0, longestRefusal);
}

function answerOf<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw noPipelinesServer(z.prettifyError(parsed.error));
}

function noPipelinesServer(detail: string): AssayError {
  return new AssayError('MODEL_MISMATCH', 'failure', `The server answered as Kubeflow Pipelines does not: ${detail}.`, {
    nextStep: 'Give the address of its interface, not that of its pages; behind those it is below /pipeline.',
  });
}
