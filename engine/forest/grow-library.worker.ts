import { growLibraryTree } from './grow-library.ts';
import { growTakenTrees } from './grow-task.ts';
import type { RandomStream } from './random.ts';

// The library draws from Math.random alone, so this thread gives it a seeded one, anew for each tree.
const useRandom = (stream: RandomStream): void => {
  Math.random = () => stream.nextUnit();
};

growTakenTrees((matrix, parameters, treeIndex, rows) =>
  growLibraryTree(matrix, parameters, treeIndex, useRandom, rows),
);
