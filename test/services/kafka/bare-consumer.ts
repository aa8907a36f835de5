// The yardstick: a kafkajs consumer that only parses JSON. `node bare-consumer.ts BROKER TOPIC MESSAGES`
// The clock starts with the fetch that brings the first messages: kafkajs decodes before it hands a batch over.
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

const [broker, topic, wanted] = process.argv.slice(2);
const consumer = new Kafka({ clientId: 'bare', brokers: [broker], logLevel: logLevel.NOTHING }).consumer({
  groupId: `bare-${randomUUID()}`,
});
let seen = 0;
let sum = 0;
let fetchStartedMs = 0;
let startedMs = 0;
consumer.on(consumer.events.FETCH_START, () => (fetchStartedMs = performance.now()));
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await new Promise<void>((done) => {
  void consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      if (startedMs === 0) startedMs = fetchStartedMs;
      for (const { value } of batch.messages) {
        if (value !== null) sum += (JSON.parse(value.toString()) as { amount: number }).amount;
        seen++;
      }
      if (seen >= Number(wanted)) done();
      return Promise.resolve();
    },
  });
});
const elapsedMs = performance.now() - startedMs;
await consumer.disconnect();
console.log(JSON.stringify({ messages: seen, messagesPerSecond: Math.round((1000 * seen) / elapsedMs), sum }));
