/** How much is measured. */
export interface BenchSettings {
  readonly pairs: number;
  /** Rows of the recording of 30 columns. */
  readonly wideRows: number;
  /** Rows of the recording of card payments. */
  readonly longRows: number;
  /** Rows given to pandas, which needs minutes for the whole recording. */
  readonly windowRows: number;
  /** Rows given to ml-isolation-forest as shipped, which grows every tree on all of them. */
  readonly libraryRows: number;
  /** Messages of the topic that is followed. */
  readonly kafkaMessages: number;
  /** Messages given to the loop of Python, which takes milliseconds for each. */
  readonly loopMessages: number;
  /** A folder for what the measured programs leave to each other. */
  readonly folder: string;
  readonly report: (line: string) => void;
}

export const fullSize = {
  pairs: 5,
  wideRows: 284_807,
  longRows: 1_754_155,
  windowRows: 300_000,
  libraryRows: 5000,
  kafkaMessages: 1_000_000,
  loopMessages: 2000,
};
/** To see that everything runs; its figures mean nothing. */
export const quickSize = {
  pairs: 1,
  wideRows: 20_000,
  longRows: 50_000,
  windowRows: 20_000,
  libraryRows: 1000,
  kafkaMessages: 50_000,
  loopMessages: 100,
};
