import { QUEUE_GROUPS, queueBinding } from '../../src/platform/queue-groups.ts';

const bindingOf = (number: number) => `FAMILY_DB_${number}`;
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

/** The bindings of so many local family databases, as Miniflare takes them. */
export const familyBindings = (count: number): Record<string, { id: string }> =>
  Object.fromEntries(numbers(count).map((number) => [bindingOf(number), { id: `fcs-family-${number}` }]));

/** The queues of a Worker as Miniflare takes them: producers by binding, consumers by name. */
export interface LocalQueues {
  queueProducers: Record<string, { queueName: string }>;
  queueConsumers: Record<string, object>;
}

/**
 * The queues of the local stack: those of wrangler.toml, with one for each group of so many family databases, whatever
 * wrangler.toml binds at Cloudflare; each is consumed as the first one is.
 */
export function deliveryQueues(
  { queueProducers, queueConsumers }: LocalQueues,
  databases: number,
): LocalQueues {
  const first = queueProducers.DELIVERIES!.queueName;
  const groups = numbers(Math.min(databases, QUEUE_GROUPS));
  const nameOf = (group: number) => `${first}-${group}`;
  const without = <T>(entries: Record<string, T>, numbered: RegExp) =>
    Object.entries(entries).filter(([name]) => !numbered.test(name));
  return {
    queueProducers: Object.fromEntries([
      ...without(queueProducers, /^DELIVERIES_\d+$/),
      ...groups.map((group) => [queueBinding(group), { queueName: nameOf(group) }] as const),
    ]),
    queueConsumers: Object.fromEntries([
      ...without(queueConsumers, new RegExp(`^${first}-\\d+$`)),
      ...groups.map((group) => [nameOf(group), queueConsumers[first]!] as const),
    ]),
  };
}
