declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection. */
  export default class RequestQueue {
    /** Until when the broker wants no requests, in epoch milliseconds; -1 where it never said so. */
    throttledUntil: number;
    scheduleCheckPendingRequests(): void;
  }
}
