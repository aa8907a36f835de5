/*
 * Labels are one byte per transaction. A row that nobody has judged may be flagged, but counts neither for nor
 * against precision and recall.
 */
export const GENUINE = 0;
export const FRAUD = 1;
export const UNLABELLED = 255;
