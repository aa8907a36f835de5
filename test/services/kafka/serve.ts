// A broker to try things on: `npm run serve:kafka`, until Ctrl-C; on any Node, since npm brings the one that runs it.
import { startKafka } from './start-kafka.ts';

const broker = await startKafka();
console.log(`kafka://${broker.address}`);
const stop = (): void => void broker.stop().then(() => process.exit(0));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
