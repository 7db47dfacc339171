import type { Host, HostUser } from '../../dev/host.ts';

/** A family with one thread that everybody is in; everybody has a number and said yes to texts. */
export interface TestFamily {
  people: (HostUser & { name: string; phone: string })[];
  threadId: string;
}

/** Mirrors such a family, as a host application does. `n` keeps families and their numbers apart. */
export async function mirrorFamily(host: Host, n: number, size = 4): Promise<TestFamily> {
  const familyId = `fam_${n}`;
  const at = new Date().toISOString();
  await host.service('PUT', `/api/admin/families/${familyId}`, { name: `Family ${n}` });
  const people = Array.from({ length: size }, (_, i) => ({
    id: `usr_${n}_${i}`,
    familyId,
    name: `Person ${i}`,
    phone: `+1${202 + n}55501${String(i).padStart(2, '0')}`,
  }));
  for (const { id, name, phone } of people) {
    await host.service('PUT', `/api/admin/users/${id}`, {
      familyId,
      name,
      email: `${id}@example.com`,
      phone,
      phoneVerifiedAt: at,
      smsConsent: { at, source: 'test', version: '1' },
    });
  }
  const threadId = `thr_${n}`;
  const memberIds = people.map(({ id }) => id);
  await host.service('PUT', `/api/admin/threads/${threadId}`, {
    familyId,
    title: 'Sunday dinner',
    memberIds,
  });
  return { people, threadId };
}

/** A row of the delivery log, as `/api/deliveries` tells it. */
export interface Delivery {
  status: string;
  reason: string | null;
  messageId: string | null;
}

const FINAL = new Set(['sent', 'delivered', 'undelivered', 'failed', 'suppressed', 'merged']);

/** Waits until every row of a family's log has reached an end. @throws Error after `ms`, with what is open */
export async function settled(host: Host, familyId: string, ms = 40_000): Promise<Delivery[]> {
  const until = performance.now() + ms;
  for (;;) {
    const { deliveries } = await host.service<{ deliveries: Delivery[] }>(
      'GET',
      `/api/admin/deliveries?familyId=${familyId}&limit=200`,
    );
    const open = deliveries.filter(({ status }) => !FINAL.has(status));
    if (open.length === 0) return deliveries;
    if (performance.now() > until) throw new Error(`Still open: ${JSON.stringify(open)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
