import { resolve } from 'node:path';
import { usageError } from '../../domain/error.ts';
import { throwIfCancelled, type WorkContext } from '../../domain/progress.ts';
import { withCase } from '../../case/opening.ts';
import { listServerModels, type ServerModels, type ServerVersion } from '../../export/mlflow/server-models.ts';
import { openTrackingClient } from '../../export/mlflow/tracking-client.ts';
import type { StoredModel } from '../../store/types.ts';
import type { JobResult, ParsedJobInput } from '../../../preload/contract/jobs.ts';
import { trackingAccess } from './tracking-access.ts';

type Result = JobResult<'serverModels'>;

/** The alias by which a registered model says which of its versions counts. */
const championAlias = 'champion';

/**
 * The `serverModels` job: what a tracking server has, registered versions and runs, with which of them are models of this case by their digests, and
 * where server and case say different things. Asks the server, and changes nothing there or here.
 * @throws AssayError WRONG_USE where no server was named, and those of the server
 */
export async function serverModels(input: ParsedJobInput<'serverModels'>, context: WorkContext): Promise<Result> {
  const { trackingUri } = input;
  if (trackingUri === undefined)
    throw usageError(
      'WRONG_USE',
      'No tracking server was named.',
      'Add --tracking-uri ADDRESS, or set MLFLOW_TRACKING_URI.',
    );
  const client = openTrackingClient(trackingUri, await trackingAccess(input.ca), context.signal);
  const found = await listServerModels(client);
  throwIfCancelled(context.signal);
  return withCase(input.casePath, 'read', ({ models }) => {
    const modelOf = (digest: string | null): number | null =>
      digest === null ? null : (models.find((model) => model.digest === digest)?.id ?? null);
    const whose = (digest: string | null): Result['versions'][number]['madeBy'] =>
      digest === null ? 'another-program' : modelOf(digest) === null ? 'another-case' : 'this-case';
    return {
      versions: found.versions.map((version) => ({
        ...version,
        aliases: [...version.aliases],
        modelId: modelOf(version.digest),
        madeBy: whose(version.digest),
      })),
      runs: found.runs.map((run) => ({ ...run, modelId: modelOf(run.digest), madeBy: whose(run.digest) })),
      conflicts: conflictsOf(found, models),
      notices: found.isCut ? ['The server has more than is listed: the newest runs and the first versions are.'] : [],
      case: resolve(input.casePath),
    };
  });
}

/** Where the server and the case say different things of registered models that this case has versions of. */
function conflictsOf({ versions }: ServerModels, models: readonly StoredModel[]): string[] {
  const own = new Map(models.map((model) => [model.digest, model]));
  const isOwn = ({ digest }: ServerVersion): boolean => digest !== null && own.has(digest);
  const names = [...new Set(versions.filter(isOwn).map(({ name }) => name))];
  const champion = models.find(({ isChampion }) => isChampion);
  return names.flatMap((name) => {
    const ofName = versions.filter((version) => version.name === name);
    const holder = ofName.find(({ aliases }) => aliases.includes(championAlias));
    const twice = ofName.filter(
      (version, at) => isOwn(version) && ofName.findIndex(({ digest }) => digest === version.digest) !== at,
    );
    return [
      ...(holder === undefined || champion === undefined || holder.digest === champion.digest
        ? []
        : [championElsewhere(name, holder, own.get(holder.digest ?? ''), champion)]),
      ...twice.map(({ version, digest }) => {
        const first = ofName.find((other) => other.digest === digest)?.version;
        return `Versions ${first} and ${version} of ${name} are the same model ${digest?.slice(0, 12)}.`;
      }),
    ];
  });
}

function championElsewhere(
  name: string,
  holder: ServerVersion,
  held: StoredModel | undefined,
  champion: StoredModel,
): string {
  const there =
    held !== undefined
      ? `model ${held.id} (${held.name}) of this case`
      : holder.digest === null
        ? 'made by another program'
        : `the model ${holder.digest.slice(0, 12)}, which this case does not hold`;
  const next = held !== undefined ? 'Promote it here' : holder.digest === null ? 'Leave it so' : 'Take it over';
  return `At the server, ${championAlias} of ${name} is version ${holder.version}, ${there}; the champion of this case is model ${champion.id} (${champion.name}). ${next}, or publish the latter under that alias.`;
}
