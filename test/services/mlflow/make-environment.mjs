// Makes the Python environment of the tracking server in test/services/mlflow/.venv: node test/services/mlflow/make-environment.mjs
// Needs Python 3.11 or newer as `python3` (or ASSAY_PYTHON). Safe to run again.
import { makeEnvironment } from '../make-environment.mjs';

makeEnvironment(import.meta.dirname, ['requirements.txt']);
