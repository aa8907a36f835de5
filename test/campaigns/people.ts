/*
 * `npm run campaign:people [-- --people 10 --minutes 5 --seed 1]`: simulated people, each a process of its own, judge, note,
 * replace and take back at the same alerts of one case. Exits with 1 where an act is lost, the history is broken, somebody
 * took back or replaced another's work unasked, or a process ended badly.
 */
import { parseArgs } from 'node:util';
import { gather } from './people/gathering.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const people = Number(values.people);
const minutes = Number(values.minutes);
const seed = Number(values.seed);
console.log(`${people} people, ${minutes} minutes, seed ${seed}`);
const { acts, refused, faults } = await gather({ people, seed, until: { minutes } });
console.log(`${acts.verdict} verdicts, ${acts.note} notes, ${acts.undo} taken back`);
for (const [code, count] of refused) console.log(`${count} times refused: ${code}`);
console.log(faults.length === 0 ? 'Nothing lost, the chain whole, each undo one’s own.' : `${faults.length} faults:`);
for (const fault of faults.slice(0, 50)) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
