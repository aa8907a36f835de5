import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/* The keys of locked cases that somebody gave the passphrase of, in memory that all threads of this process share: whichever thread
   opens the case finds its key there. They are in no file, and end with the process. */

const NAME = 'assay.keys';
const ID_BYTES = 8;
const KEY_BYTES = 32;
const SLOT_BYTES = ID_BYTES + KEY_BYTES;
const SLOTS = 256;
const EMPTY = 0;
const CHANGING = 1;
const HELD = 2;

/** A thread has what the one that started it had; the first one makes it. */
function sharedMemory(): SharedArrayBuffer {
  const known = getEnvironmentData(NAME);
  if (known instanceof SharedArrayBuffer) return known;
  const made = new SharedArrayBuffer(SLOTS * (Int32Array.BYTES_PER_ELEMENT + SLOT_BYTES));
  setEnvironmentData(NAME, made);
  return made;
}

const memory = sharedMemory();
const states = new Int32Array(memory, 0, SLOTS);
const slots = new Uint8Array(memory, states.byteLength);

/** Holds a key under the eight bytes that tell its lock. Of too many the first slot is taken again. */
export function holdKey(id: Uint8Array, key: Uint8Array): void {
  if (heldKey(id) !== null) return;
  const free = states.findIndex((_, slot) => Atomics.compareExchange(states, slot, EMPTY, CHANGING) === EMPTY);
  const slot = Math.max(free, 0);
  Atomics.store(states, slot, CHANGING);
  slots.set(id, slot * SLOT_BYTES);
  slots.set(key, slot * SLOT_BYTES + ID_BYTES);
  Atomics.store(states, slot, HELD);
}

/** A copy of the key of a lock; null where nobody gave its passphrase here. */
export function heldKey(id: Uint8Array): Uint8Array | null {
  const slot = slotOf(id);
  return slot === -1 ? null : slots.slice(slot * SLOT_BYTES + ID_BYTES, (slot + 1) * SLOT_BYTES);
}

/** Takes a key out of memory; whoever has the case open keeps it until it is closed. */
export function dropKey(id: Uint8Array): void {
  const slot = slotOf(id);
  if (slot === -1) return;
  Atomics.store(states, slot, CHANGING);
  slots.fill(0, slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES);
  Atomics.store(states, slot, EMPTY);
}

function slotOf(id: Uint8Array): number {
  return states.findIndex(
    (_, slot) =>
      Atomics.load(states, slot) === HELD && id.every((byte, place) => slots[slot * SLOT_BYTES + place] === byte),
  );
}
