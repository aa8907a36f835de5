declare module 'ml-isolation-forest' {
  /** A node as the library leaves it after training: an inner node has both children, a leaf has its rows. */
  export interface TreeNode {
    readonly left?: TreeNode;
    readonly right?: TreeNode;
    readonly splitColumn?: number;
    readonly splitValue?: number;
    readonly trainingSet?: readonly (readonly number[])[];
  }

  export class IsolationForest {
    constructor(options?: { readonly nEstimators?: number });
    readonly forest: readonly TreeNode[];
    train(trainingSet: readonly (readonly number[])[]): void;
  }
}
