/**
 * The kernel of features over time, in AssemblyScript: the recent events of every entity, the running aggregates of its windows,
 * and the features that are read from them.
 *
 * All of it lies in one memory that threads have in common. Entities are dealt out to shares by their keys; a share of one
 * kind of entity is worked on by one thread at a time: the rows of a round are as many tasks, and whichever thread is free takes the
 * next. An entity's features come from the same operations in the same order, whoever does them.
 *
 * Rule of time: a transaction sees the events of its entity that were received before it and whose event time lies in
 * (t - delay - window, t - delay]. Events of equal time received later are not seen. A transaction that is older than the
 * entity's newest is read against, and put into, the log at its own time. One older still (by more than the lateness, against
 * the entity's newest or the row's horizon), or without time or entity, sees only itself and is forgotten.
 *
 * Cost: amortised O(1) per event and window in order of time; an event out of order costs the events it looks back on.
 * Memory: per entity less than 3 records of the log for each event within span + lateness, at the entity's busiest, until the
 * stream has moved that far past its newest event; then all of it is reclaimed.
 */

export { takeRound, shareRound, serve } from './rounds';
export {
  controlAddress,
  setUp,
  reserveRows,
  columnAddress,
  addHistory,
  setOfColumn,
  addWindow,
  addRead,
  finishHistory,
} from './set-up';
export {
  slotCount,
  slotToSave,
  firstKey,
  secondKey,
  eventCount,
  eventsAddress,
  loadEvents,
  misplaced,
  setMisplaced,
  memoryBytes,
} from './saved-state';
