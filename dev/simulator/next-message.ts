import type { Carrier } from './carrier.ts';
import { type MessageFilter, matches } from './message-store.ts';
import type { SimulatedMessage } from './types.ts';

/**
 * The first message that fits and is newer than `after`, waiting for it if need be; null after `timeoutMs`.
 * Without `after` only messages that come from now on count.
 */
export async function nextMessage(
  carrier: Carrier,
  filter: MessageFilter,
  timeoutMs: number,
): Promise<SimulatedMessage | null> {
  const wanted = { ...filter, after: filter.after ?? carrier.messages.lastSeq() };
  const there = carrier.messages.all(wanted)[0];
  if (there) return there;
  return await carrier.events.wait(
    (event) => (event.type === 'message' && matches(event.message, wanted) ? event.message : null),
    timeoutMs,
  );
}
