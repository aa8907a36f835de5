import { z } from 'zod';
import { modelTags } from './case-model.ts';
import { answerOf, type TrackingClient } from './tracking-client.ts';

/** A version of a registered model, as a tracking server tells it. */
export interface ServerVersion {
  readonly name: string;
  readonly version: string;
  readonly runId: string | null;
  /** What Assay noted for the model; null where another program registered it. */
  readonly digest: string | null;
  readonly aliases: readonly string[];
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
}

/** A run of a tracking server. */
export interface ServerRun {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly status: string;
  readonly digest: string | null;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
}

export interface ServerModels {
  readonly versions: readonly ServerVersion[];
  /** Newest first. */
  readonly runs: readonly ServerRun[];
  /** True where the server has more than is listed. */
  readonly isCut: boolean;
}

/** A server of a large company has more than anybody reads in a list. */
const mostVersions = 2000;
const mostRuns = 500;
const pageSize = 100;

const text = z.union([z.string(), z.number()]).transform(String);
const tags = z.array(z.object({ key: z.string(), value: z.string() })).default([]);
const time = z.union([z.string(), z.number()]).transform(Number).default(0);
const pageToken = z.string().optional();

const registeredSchema = z.object({
  registered_models: z
    .array(z.object({ name: z.string(), aliases: z.array(z.object({ alias: z.string(), version: text })).default([]) }))
    .default([]),
  next_page_token: pageToken,
});
const versionsSchema = z.object({
  model_versions: z
    .array(
      z.object({ name: z.string(), version: text, run_id: z.string().default(''), tags, creation_timestamp: time }),
    )
    .default([]),
  next_page_token: pageToken,
});
const experimentsSchema = z.object({
  experiments: z.array(z.object({ experiment_id: text, name: z.string() })).default([]),
  next_page_token: pageToken,
});
const runsSchema = z.object({
  runs: z
    .array(
      z.object({
        info: z.object({
          run_id: z.string(),
          run_name: z.string().default(''),
          experiment_id: text,
          status: z.string().default(''),
          start_time: time,
        }),
        data: z.object({ tags }).default({ tags: [] }),
      }),
    )
    .default([]),
  next_page_token: pageToken,
});

/**
 * The registered versions and the newest runs that a tracking server has, whoever made them. Only asks; errors are those of the client.
 */
export async function listServerModels(client: TrackingClient): Promise<ServerModels> {
  const registered = await everyPage(mostVersions, async (token) => {
    const query = { max_results: pageSize, ...token };
    const answer = await client.call('GET', 'registered-models/search', 'list its models', query);
    const { registered_models: found, next_page_token: next } = answerOf(registeredSchema, answer);
    return { found, next };
  });
  const versions = await everyPage(mostVersions, async (token) => {
    const query = { max_results: pageSize, ...token };
    const answer = await client.call('GET', 'model-versions/search', 'list the versions of its models', query);
    const { model_versions: found, next_page_token: next } = answerOf(versionsSchema, answer);
    return { found, next };
  });
  const experiments = await everyPage(mostVersions, async (token) => {
    const query = { max_results: pageSize, ...token };
    const answer = await client.call('GET', 'experiments/search', 'list its experiments', query);
    const { experiments: found, next_page_token: next } = answerOf(experimentsSchema, answer);
    return { found, next };
  });
  const ids = experiments.all.map(({ experiment_id: id }) => id);
  const runs = await everyPage(ids.length === 0 ? 0 : mostRuns, async (token) => {
    const query = { experiment_ids: ids, max_results: pageSize, order_by: ['attributes.start_time DESC'], ...token };
    const { runs: found, next_page_token: next } = answerOf(
      runsSchema,
      await client.call('POST', 'runs/search', 'list its runs', query),
    );
    return { found, next };
  });
  const aliasesOf = (name: string, version: string): readonly string[] =>
    registered.all
      .filter((model) => model.name === name)
      .flatMap(({ aliases }) => aliases.filter((each) => each.version === version).map(({ alias }) => alias));
  const nameOf = new Map(experiments.all.map(({ experiment_id: id, name }) => [id, name]));
  return {
    versions: versions.all
      .map((each) => ({
        name: each.name,
        version: each.version,
        runId: each.run_id === '' ? null : each.run_id,
        digest: digestIn(each.tags),
        aliases: aliasesOf(each.name, each.version),
        createdAtMs: each.creation_timestamp,
      }))
      .sort((left, right) => compare(left.name, right.name) || Number(right.version) - Number(left.version)),
    runs: runs.all.map(({ info, data }) => ({
      id: info.run_id,
      name: info.run_name,
      experiment: nameOf.get(info.experiment_id) ?? info.experiment_id,
      status: info.status,
      digest: digestIn(data.tags),
      startedAtMs: info.start_time,
    })),
    isCut: [registered, versions, experiments, runs].some(({ isCut }) => isCut),
  };
}

interface Page<T> {
  readonly found: readonly T[];
  readonly next: string | undefined;
}

/** Pages until there are no more, or enough. */
async function everyPage<T>(
  most: number,
  page: (token: { readonly page_token?: string }) => Promise<Page<T>>,
): Promise<{ readonly all: readonly T[]; readonly isCut: boolean }> {
  const all: T[] = [];
  let token: string | undefined;
  while (all.length < most) {
    const { found, next } = await page(token === undefined ? {} : { page_token: token });
    all.push(...found);
    // A server that repeats itself is not asked for ever.
    if (next === undefined || next === '' || next === token || found.length === 0) return { all, isCut: false };
    token = next;
  }
  return { all: all.slice(0, most), isCut: most > 0 };
}

function digestIn(noted: z.output<typeof tags>): string | null {
  return noted.find(({ key }) => key === modelTags.digest)?.value ?? null;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
