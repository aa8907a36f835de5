import { useMemo } from 'react';
import type { RequestOutput } from '../../../preload/contract/requests.ts';
import { useFormats } from '../../data/app-state.tsx';
import { formatBytes, formatCount, formatTime } from '../../data/format.ts';
import { useRequest } from '../../data/requests.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { DataColumn } from '../../ui/data-table.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';

export interface TopicBrowserProps {
  readonly brokers: string;
  readonly topic: string;
  /** False until the engine knows how to enter these brokers. */
  readonly isReady: boolean;
  readonly enter: () => void;
  readonly onTopic: (topic: string) => void;
}

type Topic = RequestOutput<'kafka.topics'>[number];
type Message = RequestOutput<'kafka.peek'>[number];
const nameOf = ({ name }: Topic): string => name;
const keyOf = ({ partition, offset }: Message): string => `${partition}:${offset}`;

const topicColumns: readonly DataColumn<Topic>[] = [
  { id: 'name', title: 'Topic', widthPx: 230, text: ({ name }) => name },
  { id: 'messages', title: 'Messages', widthPx: 100, align: 'right', text: ({ messages }) => formatCount(messages) },
  {
    id: 'partitions',
    title: 'Partitions',
    widthPx: 92,
    align: 'right',
    text: ({ partitions }) => formatCount(partitions),
  },
];

/** The topics of the brokers, and the first messages of the one that is picked. */
export function TopicBrowser({ brokers, topic, isReady, enter, onTopic }: TopicBrowserProps) {
  const topics = useRequest('kafka.topics', { brokers }, { isEnabled: isReady, isAlwaysAsked: true });
  if (!isReady)
    return (
      <EmptyState title="Topics" actions={<Button onClick={enter}>Show topics</Button>}>
        What the brokers hold, and the first messages of each topic. Nothing is stored by looking.
      </EmptyState>
    );
  if (topics.error !== null)
    return <ErrorState title="The topics cannot be listed" error={topics.error} onRetry={topics.refetch} />;
  if (topics.data === undefined) return <p className="place-wait soft">Asking {brokers}…</p>;
  const isThere = topics.data.some(({ name }) => name === topic.trim());
  return (
    <>
      <div className="topics-list">
        <DataTable
          label="Topics"
          columns={topicColumns}
          rows={topics.data}
          rowKey={nameOf}
          selectedKey={isThere ? topic.trim() : null}
          onSelect={onTopic}
          empty={<EmptyState title="No topic">These brokers hold none that this login may see.</EmptyState>}
        />
      </div>
      {isThere && <Peek brokers={brokers} topic={topic.trim()} />}
    </>
  );
}

function Peek({ brokers, topic }: { readonly brokers: string; readonly topic: string }) {
  const { timeZone } = useFormats();
  const peek = useRequest('kafka.peek', { brokers, topic }, { isAlwaysAsked: true });
  const columns = useMemo<readonly DataColumn<Message>[]>(
    () => [
      { id: 'place', title: 'Place', widthPx: 76, align: 'right', text: keyOf },
      {
        id: 'time',
        title: 'Time',
        widthPx: 130,
        text: ({ timestampMs }) => formatTime(timestampMs, timeZone, { withYear: false, withSeconds: true }),
      },
      {
        id: 'value',
        title: 'Value',
        widthPx: 420,
        text: ({ text }) => text ?? 'no value (tombstone)',
        render: ({ text }) =>
          text === null ? <span className="soft">no value</span> : <span className="fixed">{text}</span>,
      },
      { id: 'key', title: 'Key', widthPx: 100, text: ({ key }) => key ?? '' },
      { id: 'bytes', title: 'Size', widthPx: 80, align: 'right', text: ({ bytes }) => formatBytes(bytes) },
    ],
    [timeZone],
  );
  return (
    <>
      <h3 className="sources-title">First messages of {topic}</h3>
      {peek.error !== null ? (
        <ErrorState title="The messages cannot be read" error={peek.error} onRetry={peek.refetch} />
      ) : peek.data === undefined ? (
        <p className="place-wait soft">Reading…</p>
      ) : (
        <div className="sources-half">
          <DataTable
            label={`First messages of ${topic}`}
            columns={columns}
            rows={peek.data}
            rowKey={keyOf}
            empty={<EmptyState title="Empty">No message is in this topic.</EmptyState>}
          />
        </div>
      )}
    </>
  );
}
