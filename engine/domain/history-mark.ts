/* The head of a case's history as it goes with every export: whoever has the export knows what the history was then. */

/** An entry of a history, and the digest over it and all before it. */
export interface HistoryMark {
  readonly entry: number;
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
}

const prefix = 'assay-history:';

/** A head as one word that no format changes; of a case in which nothing was done yet, entry 0. */
export function historyMark(head: HistoryMark | null): string {
  return `${prefix}${head?.entry ?? 0}:${head?.hash ?? '0'.repeat(64)}`;
}

/** Every head that a text names, each once, in the order of their entries; as exports name it, and as lists of a history and verdicts do. */
export function historyMarksIn(text: string): readonly HistoryMark[] {
  const forms = [
    /assay-history:(?<entry>\d{1,15}):(?<hash>[0-9a-f]{64})/gu,
    /"history":\s*\{\s*"entry":\s*(?<entry>\d{1,15}),\s*"hash":\s*"(?<hash>[0-9a-f]{64})"/gu,
    /^\{"id":(?<entry>\d{1,15}),"at":.*"hash":"(?<hash>[0-9a-f]{64})"\}$/gmu,
  ];
  const found = new Map<string, HistoryMark>();
  for (const form of forms)
    for (const { groups } of text.matchAll(form)) {
      const mark = { entry: Number(groups?.['entry']), hash: groups?.['hash'] ?? '' };
      if (mark.entry > 0) found.set(historyMark(mark), mark);
    }
  return [...found.values()].sort((one, other) => one.entry - other.entry);
}
