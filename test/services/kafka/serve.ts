// A broker to try things on: `node test/services/kafka/serve.ts`, until Ctrl-C.
import { startKafka } from './start-kafka.ts';

const broker = await startKafka();
console.log(`kafka://${broker.address}`);
const stop = (): void => void broker.stop().then(() => process.exit(0));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
