import { createRequire } from 'node:module';

interface RequestQueue {
  pending: unknown[];
  /** Milliseconds since the epoch; -1 while the broker does not throttle. */
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

let isMended = false;

/**
 * KafkaJS 2.2.4 sets a timer of a negative time after every request, of which Node 24 and later warn
 * (https://github.com/tulios/kafkajs/issues/1751). With nothing to check there is nothing to schedule.
 */
export function mendRequestQueue(): void {
  if (isMended) return;
  isMended = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue;
  };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
