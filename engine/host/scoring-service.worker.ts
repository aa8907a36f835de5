// Parses and scores the requests of a scoring service, so that the service answers others meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { impossible } from '../domain/error.ts';
import { openServedModel, type ModelSource } from '../jobs/scoring/served-model.ts';
import { onAttempt } from '../network/ledger.ts';
import { watchLibraries } from '../network/watch-libraries.ts';
import { reportOf } from './error-report.ts';
import { scoreBody } from './scoring-body.ts';
import type { FromScoringThread, ToScoringThread } from './scoring-thread.ts';

const port = parentPort ?? impossible('a scoring service starts this as a worker thread');
const say = (message: FromScoringThread): void => port.postMessage(message);
onAttempt((attempt) => say({ kind: 'network', attempt }));
watchLibraries();
try {
  const model = await openServedModel(workerData as ModelSource, new AbortController().signal);
  port.on('message', (message: ToScoringThread) => {
    if (message.kind === 'stop') void model.close().then(() => say({ kind: 'stopped' }));
    else
      void scoreBody(model, message.body, message.isSingle).then((reply) =>
        say({ kind: 'scored', id: message.id, reply }),
      );
  });
  const { name, digest, profile, spec, threshold, thresholdUnits } = model;
  say({ kind: 'ready', model: { name, digest, profile, spec, threshold, thresholdUnits } });
} catch (error) {
  say({ kind: 'failed', error: reportOf(error, null) });
}
