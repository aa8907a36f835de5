import { usageError } from '../../domain/error.ts';
import { isTopicAddress, parseTopicAddress, type TopicAddress } from '../../domain/topic-address.ts';
import type { StreamMetrics } from '../../monitor/stream-metrics.ts';
import { accessTo } from '../../stream/kafka/known-access.ts';
import { deadLetterEntries } from './dead-letters.ts';
import { flagEntries, type ScoringModel } from './flag-messages.ts';
import { TopicSink } from './topic-sink.ts';

/** The topics that a followed stream writes: flags, and what is no transaction. Either may be absent. */
export interface TopicSinks {
  /** Messages sent since they were opened; null where that topic was not asked for. */
  readonly sent: { readonly flags: number | null; readonly deadLetters: number | null };
  sendDeadLettersOf(sourceId: number, saveCopy: SaveCopy): void;
  /** @param models every model that scored the stream, see `flagEntries` */
  sendFlagsOf(sourceId: number, models: readonly ScoringModel[], saveCopy: SaveCopy): void;
  /** Says that more is on the disk. */
  wake(): void;
  /** See `TopicSink.finish`. */
  finish(): Promise<void>;
}

type SaveCopy = (key: string, next: number) => void;

export interface TopicSinksOptions {
  readonly casePath: string;
  /** The topic that is followed. */
  readonly source: TopicAddress;
  /** Name of a topic of the same brokers, or the address of another one. */
  readonly flagsTo: string | undefined;
  readonly deadLettersTo: string | undefined;
  /** Tells this case from others at the broker. */
  readonly groupId: string;
  readonly metrics: StreamMetrics;
  readonly onNotice: (sentence: string) => void;
}

/**
 * Opens the topics that were asked for.
 * @throws AssayError WRONG_USE for the topic that is followed, else as `TopicSink.open`.
 */
export async function openTopicSinks(options: TopicSinksOptions): Promise<TopicSinks> {
  const flags = await openSink(options, 'flags', options.flagsTo);
  const deadLetters = await openSink(options, 'dead-letters', options.deadLettersTo).catch(async (error: unknown) => {
    await flags?.finish();
    throw error;
  });
  const { topic } = options.source;
  return {
    get sent() {
      return { flags: flags?.sent ?? null, deadLetters: deadLetters?.sent ?? null };
    },
    sendDeadLettersOf: (sourceId, saveCopy) => deadLetters?.begin(deadLetterEntries(topic, sourceId), saveCopy),
    sendFlagsOf: (sourceId, models, saveCopy) => flags?.begin(flagEntries(topic, sourceId, models), saveCopy),
    wake: () => {
      flags?.wake();
      deadLetters?.wake();
    },
    finish: async () => {
      try {
        await flags?.finish();
      } finally {
        await deadLetters?.finish();
      }
    },
  };
}

async function openSink(
  { casePath, source, groupId, metrics, onNotice }: TopicSinksOptions,
  name: 'flags' | 'dead-letters',
  to: string | undefined,
): Promise<TopicSink | undefined> {
  if (to === undefined) return undefined;
  const address = isTopicAddress(to) ? parseTopicAddress(to) : topicOfSameBrokers(source, to);
  const isSource = address.topic === source.topic && address.brokers.some((broker) => source.brokers.includes(broker));
  if (isSource)
    throw usageError('WRONG_USE', `'${to}' is the topic that is followed: what goes there would come back.`);
  return TopicSink.open({
    casePath,
    address,
    access: accessTo(address),
    publisherName: `${groupId}-${name}`,
    figures: metrics.sink(name),
    onNotice,
  });
}

function topicOfSameBrokers({ brokers }: TopicAddress, topic: string): TopicAddress {
  return parseTopicAddress(`kafka://${brokers.join(',')}/${topic}`);
}
