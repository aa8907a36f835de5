// Makes the Python environment in test/services/schemathesis/.venv: node test/services/schemathesis/make-environment.mjs
import { makeEnvironment } from '../make-environment.mjs';

makeEnvironment(import.meta.dirname, ['requirements.txt']);
