// Makes the Python environment in test/services/kfp/.venv: node test/services/kfp/make-environment.mjs
import { makeEnvironment } from '../make-environment.mjs';

makeEnvironment(import.meta.dirname, ['requirements.txt']);
