/**
 * Labels are one byte per transaction: 1 fraud, 0 genuine, and this where nobody has judged it. A row that is not
 * judged may be flagged, but counts neither for nor against precision and recall.
 */
export const UNLABELLED = 255;
