import type { Host, HostUser } from './host.ts';
import type { SimulatedPerson } from './simulator/types.ts';

export const FAMILY = { id: 'fam_demo', name: 'The Riveras', timeZone: 'America/New_York' };

/** One of the demo family: who they are, and what there is to see about them. */
interface DemoPerson extends HostUser {
  name: string;
  email: string;
  phone: string;
  note: string;
}

const person = (id: string, name: string, phone: string, note: string): DemoPerson => ({
  id: `usr_${id}`,
  familyId: FAMILY.id,
  name,
  email: `${id}@example.com`,
  phone,
  note,
});

/** The first is the operator; numbers ending in 555-01xx belong to nobody. */
export const DEMO_PEOPLE = {
  rosa: person('rosa', 'Grandma Rosa', '+12025550111', 'runs the family, and /ops'),
  maya: person('maya', 'Maya', '+12025550112', 'gets a text when she is away'),
  leo: person('leo', 'Uncle Leo', '+12025550113', 'asleep far away: quiet hours'),
  sam: person('sam', 'Sam', '+12025550114', 'muted “Sunday dinner”'),
} as const;

/** The two threads; the first has all four, and Sam has muted it. */
export const DEMO_THREADS = {
  dinner: { id: 'thr_dinner', title: 'Sunday dinner', members: ['rosa', 'maya', 'leo', 'sam'] },
  photos: { id: 'thr_photos', title: 'Holiday photos', members: ['rosa', 'maya', 'sam'] },
} as const;

const ZONES = [
  'Pacific/Auckland',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Europe/Athens',
  'Europe/Lisbon',
  'America/Sao_Paulo',
  'America/Los_Angeles',
  'Pacific/Honolulu',
];
const QUIET = { start: 21 * 60, end: 8 * 60 };

/** Minutes of the local day. */
function minuteOfDay(zone: string, now: Date): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(now);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return part('hour') * 60 + part('minute');
}

/** A zone, other than the family's, where it is the middle of the quiet hours 21:00 to 08:00. */
export function sleepingZone(now: Date): string {
  const middle = QUIET.start + (1440 - QUIET.start + QUIET.end) / 2;
  const distance = (zone: string) => {
    const apart = Math.abs(minuteOfDay(zone, now) - (middle % 1440));
    return Math.min(apart, 1440 - apart);
  };
  return ZONES.toSorted((a, b) => distance(a) - distance(b))[0]!;
}

/** The people as the phone simulator shows them. */
export const demoPhones = (): SimulatedPerson[] =>
  Object.values(DEMO_PEOPLE).map(({ id, name, phone, note }) => ({ id, name, phone, note }));

/**
 * Mirrors the demo family through the service API, as a host application would, and lets two of them choose
 * when not to be texted. Numbers come verified and with imported consent. Doing it twice does no harm; the
 * second thread comes last and so tells that all is there.
 */
export async function seedDemoFamily(host: Host, now: Date): Promise<void> {
  const { id, ...family } = FAMILY;
  await host.service('PUT', `/api/admin/families/${id}`, family);
  const at = now.toISOString();
  const zone = sleepingZone(now);
  for (const { id: userId, familyId, name, email, phone } of Object.values(DEMO_PEOPLE)) {
    await host.service('PUT', `/api/admin/users/${userId}`, {
      familyId,
      name,
      email,
      phone,
      phoneVerifiedAt: at,
      smsConsent: { at, source: 'demo', version: '2026-11-01' },
      timeZone: userId === DEMO_PEOPLE.leo.id ? zone : FAMILY.timeZone,
    });
  }
  const mirrorThread = ({
    id: threadId,
    title,
    members,
  }: (typeof DEMO_THREADS)[keyof typeof DEMO_THREADS]) => {
    const memberIds = members.map((key) => DEMO_PEOPLE[key].id);
    return host.service('PUT', `/api/admin/threads/${threadId}`, { familyId: FAMILY.id, title, memberIds });
  };
  await mirrorThread(DEMO_THREADS.dinner);
  const quiet = { quietStart: QUIET.start, quietEnd: QUIET.end, timeZone: zone };
  await host.as(DEMO_PEOPLE.leo)('PATCH', '/api/preferences', quiet);
  await host.as(DEMO_PEOPLE.sam)('PUT', `/api/threads/${DEMO_THREADS.dinner.id}/mute`, {});
  await mirrorThread(DEMO_THREADS.photos);
}
