import { growAssayTree } from './grow-assay.ts';
import { growTakenTrees } from './grow-task.ts';

growTakenTrees(growAssayTree);
