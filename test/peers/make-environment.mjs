// Makes the Python environment of the peers in test/peers/.venv: node test/peers/make-environment.mjs [--only-required] [--detectors] [--learning] [--public-files]
// Needs Python 3.11 or newer as `python3` (or ASSAY_PYTHON). Safe to run again.
import { installList, makeEnvironment } from '../services/make-environment.mjs';

const folder = import.meta.dirname;

makeEnvironment(folder, ['requirements.txt']);
// Exactness tests need only the pinned list; isotree takes minutes to build and only the benchmark asks for it.
const onlyRequired = process.argv.includes('--only-required');
if (!onlyRequired && !installList(folder, 'requirements-isotree.txt')) {
  console.error('isotree could not be built (it needs a C++ compiler). The benchmark will say that it is missing.');
}
if (!onlyRequired && !installList(folder, 'requirements-tables.txt')) {
  console.error('Polars, DuckDB and YDF could not be installed. The benchmark will say that they are missing.');
}
if (process.argv.includes('--detectors') && !installList(folder, 'requirements-detectors.txt')) {
  console.error('PyOD could not be installed. The detection-quality table will say that it is missing.');
}
if (process.argv.includes('--learning') && !installList(folder, 'requirements-learning.txt')) {
  console.error(
    'LightGBM and coniferest could not be installed. The table of verdicts will say that they are missing.',
  );
}
if (process.argv.includes('--public-files') && !installList(folder, 'requirements-public-files.txt')) {
  console.error('pyarrow could not be installed. The comparison on public files will be skipped.');
}
