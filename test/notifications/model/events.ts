import { type EventQuery, readEvents } from '../../../src/events/read-events.ts';
import type { DeliveryRow } from '../../worker/lab.ts';
import type { Bench } from './bench.ts';

/** The event of the state in which a delivery is; the other states are none. */
const EVENT_OF: Readonly<Record<string, string>> = {
  sent: 'delivery.sent',
  delivered: 'delivery.delivered',
  undelivered: 'delivery.failed',
  failed: 'delivery.failed',
  suppressed: 'delivery.suppressed',
};

/** An event, and what it is about. */
interface Fact {
  id: string;
  type: string;
  subject: string | null;
}

/** All events of the bench's family, oldest first, page by page. @throws when they cannot be read */
async function listFacts({ lab }: Bench): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (let after: string | undefined; ; ) {
    const query: EventQuery = { after, familyId: lab.familyId, limit: 200 };
    const page = await lab.run((deps) => readEvents(deps, query));
    if (page.kind !== 'done') throw new Error('The events cannot be read');
    for (const { id, type, data } of page.value.events) {
      const subject = 'message' in data ? data.message.id : 'delivery' in data ? data.delivery.id : null;
      facts.push({ id, type, subject });
    }
    if (page.value.events.length === 0) return facts;
    after = page.value.next;
  }
}

/**
 * What the API shows is an event, once by id: each message was created once, and the last that was heard of a delivery is
 * how it stands.
 * @throws when it is not so
 */
export async function checkEvents(bench: Bench, rows: readonly DeliveryRow[]): Promise<void> {
  const facts = await listFacts(bench);
  const problems: string[] = [];
  if (new Set(facts.map(({ id }) => id)).size !== facts.length) problems.push('An event is listed twice');
  const bySubject = Map.groupBy(facts, ({ subject }) => subject);
  for (const { id } of bench.messages) {
    const created = (bySubject.get(id) ?? []).filter(({ type }) => type === 'message.created').length;
    if (created !== 1) problems.push(`Message ${id} was created in ${created} events`);
  }
  for (const { id, status } of rows) {
    const last = bySubject.get(id)?.at(-1)?.type;
    const expected = EVENT_OF[status];
    if (expected !== undefined && last !== expected)
      problems.push(`${id} is ${status}, and the last event says ${last}`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
