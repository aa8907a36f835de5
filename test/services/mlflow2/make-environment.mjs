// Makes the Python environment of the 2.x tracking server in test/services/mlflow2/.venv: node test/services/mlflow2/make-environment.mjs
import { makeEnvironment } from '../make-environment.mjs';

makeEnvironment(import.meta.dirname, ['requirements.txt']);
