import type { JobInput } from '../../preload/contract/jobs.ts';

export interface PublishFlags {
  readonly trackingUri?: string;
  readonly experiment?: string;
  readonly register?: string;
  readonly alias?: string;
  readonly unlessWorse?: string;
  readonly ca?: string;
}

/** Where flags, and MLflow's own variable where `useEnvironment` says so, send a model. */
export function publishTarget(
  flags: PublishFlags,
  useEnvironment: boolean,
): Pick<JobInput<'push'>, 'trackingUri' | 'experiment' | 'register' | 'alias' | 'unlessWorse' | 'ca'> {
  const trackingUri = flags.trackingUri ?? (useEnvironment ? process.env['MLFLOW_TRACKING_URI'] : undefined);
  return {
    ...(trackingUri === undefined ? {} : { trackingUri }),
    ...(flags.experiment === undefined ? {} : { experiment: flags.experiment }),
    ...(flags.register === undefined ? {} : { register: flags.register }),
    ...(flags.alias === undefined ? {} : { alias: flags.alias }),
    ...(flags.unlessWorse === undefined ? {} : { unlessWorse: flags.unlessWorse }),
    ...(flags.ca === undefined ? {} : { ca: flags.ca }),
  };
}
