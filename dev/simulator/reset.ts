import type { Carrier } from './carrier.ts';

/** Forgets every text, calls off what is on its way, and forgets what was recorded about requests, webhooks and notices; opt-outs and faults stay. */
export function clearMessages(carrier: Carrier): void {
  carrier.queues.cancel();
  carrier.work.cancel();
  carrier.messages.clear();
  carrier.webhooks.clear();
  carrier.notices.length = 0;
  carrier.requests.length = 0;
  carrier.events.emit({ type: 'cleared' });
}

/** As new: no texts, no opt-outs, no faults, no special numbers. Settings and people stay. */
export function reset(carrier: Carrier): void {
  carrier.faults.reset();
  carrier.numbers.reset();
  carrier.optOuts.clear();
  clearMessages(carrier);
  carrier.events.emit({ type: 'settings' });
}
