import type { RetrainingPipeline } from '../../../engine/export/kubeflow/pipeline-files.ts';

/** A pipeline with a name in it that a shell must never see as its own. */
export const examplePipeline: RetrainingPipeline = {
  name: 'retrain',
  namespace: 'fraud',
  image: 'registry.example/assay:1',
  kubectlImage: 'registry.example/kubectl:1',
  schedule: '0 3 * * *',
  recordings: '/data/recordings/*.csv.gz',
  volumeClaim: 'assay-data',
  trackingUri: 'http://mlflow:5000',
  experiment: "cards'; rm -rf /; '",
  registeredModel: 'card-fraud',
  inferenceService: 'cards',
  recipe: JSON.stringify({ version: 1, overrides: { columns: { "it's": { role: 'amount' } } } }),
  isLabelled: true,
};
