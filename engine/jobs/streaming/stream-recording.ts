import { resolve } from 'node:path';
import { AssayError, usageError } from '../../domain/error.ts';
import type { StreamCommand, StreamFigures } from '../../domain/stream-figures.ts';
import { messagesOf, type MessageSlice } from '../../stream/kafka/message-block.ts';
import { writingError } from '../exporting/output.ts';
import { createRecorder, newManifest, type Recorder } from './recorder.ts';
import { readManifest } from './recording-files.ts';

const rotateBytes = 256 << 20;

/**
 * The recording that a person may switch on and off while a topic is followed: what is scored is what is recorded.
 * Where it fails, recording ends with a sentence and the stream goes on.
 */
export class StreamRecording {
  readonly #topic: { readonly clusterId: string; readonly name: string };
  readonly #note: (sentence: string) => void;
  readonly #nextOffsets: Map<number, number>;
  #recorder: Recorder | undefined;
  /** Asked for, and begun or ended before the next messages are taken. */
  #asked: (() => Promise<void>) | undefined;

  constructor(
    topic: { readonly clusterId: string; readonly startOffsets: ReadonlyMap<number, number> },
    name: string,
    note: (sentence: string) => void,
  ) {
    this.#topic = { clusterId: topic.clusterId, name };
    this.#nextOffsets = new Map(topic.startOffsets);
    this.#note = note;
  }

  get figures(): StreamFigures['recording'] {
    return this.#recorder === undefined ? null : { folder: this.#recorder.folder, messages: this.#recorder.messages };
  }

  obey(command: StreamCommand): void {
    if (command.kind === 'record') this.#asked = () => this.#begin(resolve(command.output));
    if (command.kind === 'stop-recording') this.#asked = () => this.#end();
  }

  /** Messages that were just taken from the topic. */
  async take(slices: readonly MessageSlice[]): Promise<void> {
    await this.settle();
    await this.#orEnd(async () => this.#recorder?.write(messagesOf(slices)));
    for (const { block, to } of slices) this.#nextOffsets.set(block.partition, block.offsets[to - 1] + 1);
  }

  /** Does what was asked for since. */
  async settle(): Promise<void> {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked !== undefined) await this.#orEnd(asked);
  }

  async close(): Promise<void> {
    await this.#orEnd(() => this.#end());
  }

  async #begin(folder: string): Promise<void> {
    if (this.#recorder !== undefined) return;
    if ((await readManifest(folder)) !== undefined)
      throw usageError('WRONG_USE', `${folder} holds a recording already.`, 'Record into a folder of its own.');
    const manifest = newManifest(this.#topic.clusterId, this.#topic.name);
    this.#recorder = createRecorder({ folder, manifest, startOffsets: this.#nextOffsets, rotateBytes, force: false });
    this.#note(`Recording into ${folder}.`);
  }

  async #end(): Promise<void> {
    const recorder = this.#recorder;
    this.#recorder = undefined;
    if (recorder === undefined) return;
    await recorder.finish();
    this.#note(`${recorder.messages.toLocaleString('en-US')} messages recorded into ${recorder.folder}.`);
  }

  async #orEnd(work: () => Promise<void>): Promise<void> {
    const folder = this.#recorder?.folder ?? '';
    try {
      await work();
    } catch (cause) {
      this.#recorder = undefined;
      const error = writingError(cause, folder);
      if (!(error instanceof AssayError)) throw error;
      this.#note(`Recording ended: ${error.message} The stream goes on.`);
    }
  }
}
