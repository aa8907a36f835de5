import type { JobInput } from '../../preload/contract/jobs.ts';

export interface PublishFlags {
  readonly trackingUri?: string;
  readonly experiment?: string;
  readonly register?: string;
  readonly alias?: string;
  readonly unlessWorse?: string;
  readonly ca?: string;
}

/** The tracking server that was named, or else that of MLflow's own variable. */
export function trackingServer(named: string | undefined): { readonly trackingUri?: string } {
  const trackingUri = named ?? process.env['MLFLOW_TRACKING_URI'];
  return trackingUri === undefined ? {} : { trackingUri };
}

/** Where flags, and MLflow's own variable where `useEnvironment` says so, send a model. */
export function publishTarget(
  flags: PublishFlags,
  useEnvironment: boolean,
): Pick<JobInput<'push'>, 'trackingUri' | 'experiment' | 'register' | 'alias' | 'unlessWorse' | 'ca'> {
  const named = flags.trackingUri === undefined ? {} : { trackingUri: flags.trackingUri };
  return {
    ...(useEnvironment ? trackingServer(flags.trackingUri) : named),
    ...(flags.experiment === undefined ? {} : { experiment: flags.experiment }),
    ...(flags.register === undefined ? {} : { register: flags.register }),
    ...(flags.alias === undefined ? {} : { alias: flags.alias }),
    ...(flags.unlessWorse === undefined ? {} : { unlessWorse: flags.unlessWorse }),
    ...(flags.ca === undefined ? {} : { ca: flags.ca }),
  };
}
