/** The little that every platform of ours has and the language's own library lacks. Node and DOM types add the rest. */
interface AbortSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
}
