import type { MessageFrame } from '../domain/message-frame.ts';
import type { RecordingPosition } from '../domain/record-batch.ts';

/** What the first bytes of a text recording say about all of it. */
export type TextLayout = {
  readonly columnNames: readonly string[];
  /** Where the first record starts: after a byte order mark and a header. */
  readonly start: RecordingPosition;
} & (
  | {
      readonly kind: 'ndjson' | 'kcat';
      readonly records: JsonLayout;
      /** What a person said lies around each record; absent where nothing was said. */
      readonly frame?: MessageFrame;
    }
  | ({ readonly kind: 'csv' } & DelimitedDialect & {
        readonly header: boolean;
        /** The header as written, empty without one. */
        readonly headerBytes: Uint8Array;
        /** Offset up to which lines are titles and the header, not rows. */
        readonly rowsFrom: number;
      })
);

/** Records one a line, objects in any layout, or those of an array within an object. */
export type JsonLayout = 'lines' | 'objects' | 'wrapped';

/** How delimited text is written. */
export interface DelimitedDialect {
  /** One ASCII character. */
  readonly delimiter: string;
  readonly quote: '"' | "'";
  /** True where a backslash takes its meaning from the character behind it, inside quotes and outside. */
  readonly backslashEscapes: boolean;
  /** The byte that ends a line: line feed (a carriage return before it belongs to the line end), or carriage return. */
  readonly lineEndByte: number;
}

/** Why content is no recording: nothing in it, or nothing that can be read as records. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly code: 'EMPTY_RECORDING' | 'UNKNOWN_FORMAT';
  readonly why: string;
  readonly nextStep?: string;
}

export interface SampleLine {
  readonly text: string;
  /** False for a last line that the sample cuts off. */
  readonly isWhole: boolean;
}
