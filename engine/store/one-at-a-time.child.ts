import { oneAtATime } from './one-at-a-time.ts';

// Holds the lock until it is killed.
const [lockPath] = process.argv.slice(2);
await oneAtATime(lockPath, new AbortController().signal, async () => {
  console.log('held');
  await new Promise((never) => setInterval(never, 60_000, undefined));
});
