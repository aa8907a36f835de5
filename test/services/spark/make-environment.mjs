// Makes the Python environment in test/services/spark/.venv: node test/services/spark/make-environment.mjs
import { makeEnvironment } from '../make-environment.mjs';

makeEnvironment(import.meta.dirname, ['requirements.txt']);
