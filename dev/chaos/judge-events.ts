import type { GatheredDelivery, GatheredMessage } from './gather.ts';
import type { HeardEvent } from './receiver.ts';

/** An event as `GET /api/admin/events` lists it; what is of interest here. */
export interface ListedEvent extends HeardEvent {
  familyId: string;
  data: { message?: { id: string }; delivery?: { id: string } };
}

/** The event of a delivery's last state; a merged one is told in another. */
const LAST: Readonly<Record<string, string>> = {
  sent: 'delivery.sent',
  delivered: 'delivery.delivered',
  undelivered: 'delivery.failed',
  failed: 'delivery.failed',
  suppressed: 'delivery.suppressed',
};

/** What the API shows is an event, once. */
function judgeFacts(
  listed: readonly ListedEvent[],
  messages: readonly GatheredMessage[],
  deliveries: readonly GatheredDelivery[],
): string[] {
  const subject = ({ data }: ListedEvent) => data.message?.id ?? data.delivery?.id;
  const count = Map.groupBy(listed, (event) => `${event.type} ${subject(event)}`);
  const once = (fact: string) => {
    const times = count.get(fact)?.length ?? 0;
    return times === 1 ? [] : [`${fact} is an event ${times} times`];
  };
  return [
    ...messages.flatMap(({ id }) => once(`message.created ${id}`)),
    ...deliveries.flatMap(({ id, status }) => (LAST[status] ? once(`${LAST[status]} ${id}`) : [])),
  ];
}

/** Each family's events were first heard in the order of the list. */
function judgeOrder(listed: readonly ListedEvent[], firstHeard: ReadonlyMap<string, number>): string[] {
  return [...Map.groupBy(listed, ({ familyId }) => familyId)].flatMap(([familyId, events]) => {
    const places = events.flatMap(({ id }) => firstHeard.get(id) ?? []);
    const isInOrder = places.every((place, i) => i === 0 || places[i - 1]! < place);
    return isInOrder ? [] : [`The events of ${familyId} were not heard in their order`];
  });
}

/**
 * Holds what the receiver heard against the list of events, and the list against what the API shows. Pure.
 * @returns sentences; none is the proof
 */
export function judgeEvents(
  listed: readonly ListedEvent[],
  heard: readonly HeardEvent[],
  { messages, deliveries }: { messages: readonly GatheredMessage[]; deliveries: readonly GatheredDelivery[] },
): string[] {
  const firstHeard = new Map<string, number>();
  for (const [place, { id }] of heard.entries()) if (!firstHeard.has(id)) firstHeard.set(id, place);
  const known = new Map(listed.map(({ id, type }) => [id, type]));
  return [
    ...(known.size === listed.length ? [] : ['An event is listed twice']),
    ...listed.filter(({ id }) => !firstHeard.has(id)).map(({ id, type }) => `${type} ${id} was never heard`),
    ...heard
      .filter(({ id, type }) => known.get(id) !== type)
      .map(({ id, type }) => `${type} ${id} was heard and is not listed`),
    ...judgeOrder(listed, firstHeard),
    ...judgeFacts(listed, messages, deliveries),
  ];
}
