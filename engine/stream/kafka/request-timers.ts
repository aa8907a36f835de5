import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** Far enough ahead to be in the future still when the timer is set. */
const soonMs = 2;
let isMended = false;

/**
 * kafkajs 2.2 sets timers in the past where a broker never throttled it, and Node warns of each such program on its
 * standard error. From now on these timers of this process are due at once instead.
 */
export function setTimersInTheFuture(): void {
  if (isMended) return;
  isMended = true;
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    const until = this.throttledUntil;
    this.throttledUntil = Math.max(until, Date.now() + soonMs);
    schedule.call(this);
    this.throttledUntil = until;
  };
}
