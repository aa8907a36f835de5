/** How many runs, logged models (none before MLflow 3) and versions there are of an experiment and a registered model. */
export async function countOf(
  uri: string,
  experiment: string,
  name: string,
): Promise<{ runs: number; models: number; versions: number }> {
  const api = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
      ...(body === undefined
        ? {}
        : { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    // A server that does not know the path answers with its page.
    return response.ok ? ((await response.json()) as Record<string, unknown>) : {};
  };
  const found = await api(`experiments/get-by-name?experiment_name=${experiment}`);
  const { experiment_id: id } = found['experiment'] as { experiment_id: string };
  const lengthOf = (answer: Record<string, unknown>, key: string): number =>
    (answer[key] as readonly unknown[] | undefined)?.length ?? 0;
  return {
    runs: lengthOf(await api('runs/search', { experiment_ids: [id], run_view_type: 'ALL' }), 'runs'),
    models: lengthOf(await api('logged-models/search', { experiment_ids: [id] }), 'models'),
    versions: lengthOf(
      await api(`model-versions/search?filter=${encodeURIComponent(`name = '${name}'`)}`),
      'model_versions',
    ),
  };
}
