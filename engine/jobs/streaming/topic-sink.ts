import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../../domain/error.ts';
import { formatTopicAddress, type TopicAddress } from '../../domain/topic-address.ts';
import { openCase, openCaseReadOnly } from '../../store/open-case.ts';
import type { ReadableCase } from '../../store/readable-case.ts';
import type { KafkaAccess } from '../../stream/kafka/connection.ts';
import { openOncePublisher, type OncePublisher, type OutgoingMessage } from '../../stream/kafka/publish-once.ts';

/** What a case has for a topic: entries with ascending numbers that are stored once and never change. */
export interface Entries {
  /** The number after the last entry there is now. */
  end(openedCase: ReadableCase): number;
  /** Messages of the entries from `from` on, one request of them, and the number to go on with. */
  read(
    openedCase: ReadableCase,
    from: number,
  ): { readonly messages: readonly OutgoingMessage[]; readonly next: number };
}

/** Told what comes of it, for the metrics. */
export interface SinkFigures {
  wrote(records: number): void;
  failed(code: string): void;
  waiting(records: number): void;
}

export interface TopicSinkOptions {
  readonly casePath: string;
  readonly address: TopicAddress;
  readonly access: KafkaAccess;
  /** Names this way out of this case at the broker. */
  readonly publisherName: string;
  readonly figures: SinkFigures;
  readonly onNotice: (sentence: string) => void;
}

/** No partition of its own: the key decides. */
export const anyPartition = Number.MAX_SAFE_INTEGER;
/** Below the megabyte that brokers take by default, with room for key and headers. */
export const mostMessageBytes = 900_000;
const mostRequestBytes = 600_000;
const mostRequestMessages = 500;
/** A pass over the case costs little, but not nothing. */
const passIntervalMs = 50;
const firstRetryMs = 500;
const longestRetryMs = 10_000;
/** At the end a broker that is away is waited for so long; what is left goes out next time. */
const finishPatienceMs = 10_000;
/** The case's own copy of how far it came serves only where the broker has forgotten, after a week by default. */
const copyIntervalMs = 60_000;

/** True where a message may go into the same request as those before it; a broker refuses a request too large for ever. */
export function fits(message: OutgoingMessage, before: readonly OutgoingMessage[]): boolean {
  const bytes = [...before, message].reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  return before.length === 0 || (before.length < mostRequestMessages && bytes <= mostRequestBytes);
}

/**
 * Sends what a case stores to a topic, behind the storing and never slowing it. The case is the outbox: an entry is
 * there as soon as the rows are, and how far the topic has them is known to the broker, from the same Kafka transaction.
 */
export class TopicSink {
  readonly #options: TopicSinkOptions;
  #publisher: OncePublisher | undefined;
  #clusterId = '';
  #entries: Entries | undefined;
  #next = 0;
  #sent = 0;
  #pass: Promise<void> | undefined;
  #isAskedAgain = false;
  #isDrained = false;
  #retryMs = firstRetryMs;
  #finishByMs = Number.POSITIVE_INFINITY;
  /** What no one foresaw; thrown at the end. */
  #bug: Error | undefined;
  #saveCopy: (key: string, next: number) => void = () => undefined;
  #copiedMs = performance.now();

  private constructor(options: TopicSinkOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that the topic is there and may be written.
   * @throws AssayError BROKER_UNREACHABLE, BROKER_REFUSED, TOPIC_NOT_FOUND.
   */
  static async open(options: TopicSinkOptions): Promise<TopicSink> {
    const sink = new TopicSink(options);
    await sink.#reopen();
    return sink;
  }

  /** Messages sent since it was opened. */
  get sent(): number {
    return this.#sent;
  }

  /** Begins, or goes on with other entries of the same numbering. `saveCopy` keeps a setting of the case now and then. */
  begin(entries: Entries, saveCopy: (key: string, next: number) => void): void {
    this.#entries = entries;
    this.#saveCopy = saveCopy;
    this.wake();
  }

  /** Says that the case has more than before. */
  wake(): void {
    if (this.#entries === undefined || this.#bug !== undefined) return;
    if (this.#pass !== undefined) {
      this.#isAskedAgain = true;
      return;
    }
    this.#isAskedAgain = false;
    this.#pass = this.#run(this.#entries).finally(() => {
      this.#pass = undefined;
      if (this.#isAskedAgain) this.wake();
    });
  }

  /** Sends what is left, as far as the broker lets it, and ends. Nothing else may have the case open for writing. */
  async finish(): Promise<void> {
    this.#finishByMs = performance.now() + finishPatienceMs;
    this.#isDrained = false;
    do {
      this.wake();
      await this.#pass;
    } while (this.#entries !== undefined && !this.#isDrained && !this.#isOutOfTime && this.#bug === undefined);
    await this.#closePublisher();
    if (this.#bug !== undefined) throw this.#bug;
    if (this.#entries === undefined) return;
    if (!this.#isDrained)
      this.#options.onNotice(`${this.#topic} does not have everything yet; the rest is sent next time.`);
    const openedCase = openCase(this.#options.casePath);
    try {
      openedCase.setSetting(this.#copyKey, this.#next);
    } finally {
      openedCase.close();
    }
  }

  async #run(entries: Entries): Promise<void> {
    const { figures } = this.#options;
    try {
      const publisher = this.#publisher ?? (await this.#reopen());
      await this.#sendAll(entries, publisher);
      this.#retryMs = firstRetryMs;
      if (this.#finishByMs === Number.POSITIVE_INFINITY) await sleep(passIntervalMs);
    } catch (error) {
      if (!(error instanceof AssayError)) {
        this.#bug = error instanceof Error ? error : new Error(String(error));
        return;
      }
      figures.failed(error.code);
      this.#options.onNotice(
        `${this.#topic} could not be written for a while (${error.message}) What is to go there waits in the case.`,
      );
      await this.#closePublisher();
      await sleep(Math.min(this.#retryMs, Math.max(0, this.#finishByMs - performance.now())));
      this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs);
      this.#isAskedAgain = true;
    }
  }

  async #sendAll(entries: Entries, publisher: OncePublisher): Promise<void> {
    const { casePath, figures } = this.#options;
    const openedCase = openCaseReadOnly(casePath);
    try {
      for (;;) {
        const { messages, next } = entries.read(openedCase, this.#next);
        if (messages.length > 0) {
          await publisher.send(messages, next);
          this.#sent += messages.length;
          figures.wrote(messages.length);
        }
        figures.waiting(Math.max(0, entries.end(openedCase) - next));
        this.#isDrained = next === this.#next;
        this.#next = next;
        this.#copyNowAndThen();
        if (this.#isDrained || this.#isOutOfTime) return;
        await new Promise(setImmediate);
      }
    } finally {
      openedCase.close();
    }
  }

  get #isOutOfTime(): boolean {
    return performance.now() >= this.#finishByMs;
  }

  get #topic(): string {
    return formatTopicAddress(this.#options.address);
  }

  get #copyKey(): string {
    const { publisherName, address } = this.#options;
    return `sink.${publisherName}.${this.#clusterId}.${address.topic}`;
  }

  async #reopen(): Promise<OncePublisher> {
    const { address, access, publisherName, casePath } = this.#options;
    const publisher = await openOncePublisher(address, access, publisherName);
    this.#publisher = publisher;
    this.#clusterId = publisher.clusterId;
    const openedCase = openCaseReadOnly(casePath);
    try {
      const copy = openedCase.setting(this.#copyKey);
      // Both only ever fall behind the truth, never before it.
      this.#next = Math.max(publisher.next ?? 0, typeof copy === 'number' ? copy : 0);
    } finally {
      openedCase.close();
    }
    return publisher;
  }

  #copyNowAndThen(): void {
    if (performance.now() - this.#copiedMs < copyIntervalMs || this.#finishByMs !== Number.POSITIVE_INFINITY) return;
    this.#copiedMs = performance.now();
    this.#saveCopy(this.#copyKey, this.#next);
  }

  async #closePublisher(): Promise<void> {
    const publisher = this.#publisher;
    this.#publisher = undefined;
    await publisher?.close().catch(() => undefined);
  }
}
