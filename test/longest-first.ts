import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose files wait for services or start many processes, the longest first. */
const longFolders = [
  '/test/services/spark/',
  '/test/services/mlflow',
  '/test/services/',
  '/test/peers/',
  '/test/command-line/',
];

/** Starts the longest test files first: one that starts last keeps a single core busy while the other idles. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = longFolders.findIndex((folder) => moduleId.includes(folder));
      return place < 0 ? longFolders.length : place;
    };
    return sorted.toSorted((left, right) => placeOf(left) - placeOf(right));
  }
}
