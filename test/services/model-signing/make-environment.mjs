// Makes the Python environment of OpenSSF model-signing in test/services/model-signing/.venv: node test/services/model-signing/make-environment.mjs
// Needs Python 3.11 or newer as `python3` (or ASSAY_PYTHON). Safe to run again.
import { makeEnvironment } from '../make-environment.mjs';

makeEnvironment(import.meta.dirname, ['requirements.txt']);
