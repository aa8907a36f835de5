// Makes the Python environment in test/services/kubernetes/.venv: node test/services/kubernetes/make-environment.mjs
import { installList, makeEnvironment } from '../make-environment.mjs';

makeEnvironment(import.meta.dirname, ['requirements.txt']);
if (!installList(import.meta.dirname, 'requirements-models.txt', ['--no-deps'])) process.exitCode = 1;
